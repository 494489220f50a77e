import { z } from "zod";
import { OWN_SECRETS, type OwnSecret } from "../../domain/connection-secrets.ts";
import type { StoredConnection } from "../../domain/stored-connection.ts";
import { InputInvalidError } from "../../http/input-errors.ts";
import { RotationError } from "./connection-errors.ts";
import { changeableConnection } from "./known-connection.ts";
import {
  drawSecret,
  keepChanged,
  type SaveConnectionDeps,
  type SavedConnection,
} from "./save-connection.ts";

/** Which secret is meant. */
export const rotationSchema = z.strictObject({ kind: z.enum(OWN_SECRETS) });

/** Whose secret, and who asks. */
export interface Rotation {
  readonly name: unknown;
  readonly by: string;
  readonly kind: OwnSecret;
}

/**
 * Makes a new secret beside the one that senders use now; both are valid until the old one is retired.
 *
 * @throws {RotationError} when there are two already.
 */
export async function rotateSecret(
  deps: SaveConnectionDeps,
  { name, by, kind }: Rotation,
): Promise<SavedConnection> {
  const known = await changeableConnection(deps, name);
  const secrets = secretsOf(known.stored, kind);
  if (secrets.length > 1) {
    throw new RotationError("Two are valid already: retire the old one first");
  }
  const drawn = drawSecret(kind);
  const settings = { ...known.stored.settings, [kind]: [...secrets, drawn] };
  const saved = await keepChanged(deps, known, { settings, by });
  return { ...saved, shownOnce: { [kind]: drawn } };
}

/**
 * Ends the validity of the older of two secrets.
 *
 * @throws {RotationError} when there are not two.
 */
export async function retireSecret(
  deps: SaveConnectionDeps,
  { name, by, kind }: Rotation,
): Promise<SavedConnection> {
  const known = await changeableConnection(deps, name);
  const [, ...newer] = secretsOf(known.stored, kind);
  if (newer.length === 0) {
    throw new RotationError("There is no older one to retire: make a new one first");
  }
  const settings = { ...known.stored.settings, [kind]: newer };
  return keepChanged(deps, known, { settings, by });
}

function secretsOf({ settings }: StoredConnection, kind: OwnSecret): readonly string[] {
  const value = settings[kind] ?? [];
  const parsed = z.array(z.string()).safeParse(value);
  if (!parsed.success) {
    throw new InputInvalidError([{ path: kind, message: "must be a list of secrets" }]);
  }
  return parsed.data;
}
