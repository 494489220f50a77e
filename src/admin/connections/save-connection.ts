import { randomBytes } from "node:crypto";
import { z } from "zod";
import { changeStoredConnection, type StoredChange } from "../../books/connection-book.ts";
import { releaseHold } from "../../books/hold-book.ts";
import {
  type ConnectionSettings,
  changedSecrets,
  OWN_SECRETS,
  type OwnSecret,
  secretsToGiveAnew,
  setSecrets,
  withKeptSecrets,
  withoutSecrets,
} from "../../domain/connection-secrets.ts";
import type { StoredConnection } from "../../domain/stored-connection.ts";
import { InputInvalidError } from "../../http/input-errors.ts";
import { checkSettings } from "./check-settings.ts";
import { ConnectionChangedError, ConnectionExistsError } from "./connection-errors.ts";
import {
  type ChangeableConnection,
  changeableConnection,
  type KnownConnectionsDeps,
  knownConnection,
  knownConnections,
  revisionOf,
} from "./known-connection.ts";

/** What changing connections needs from the world. */
export interface SaveConnectionDeps extends KnownConnectionsDeps {
  readonly nowMs: () => number;
}

const settingsSchema = z.record(z.string(), z.unknown());

/** What is sent to make a connection. */
export const newConnectionSchema = z.strictObject({ settings: settingsSchema });

/** What is sent to change one: a secret that is left out stays, unless it is named in `removeSecrets`. */
export const connectionChangeSchema = z.strictObject({
  settings: settingsSchema,
  removeSecrets: z.array(z.string()).default([]),
  /** As it was read; the change is refused when somebody else was faster. */
  revision: z.string(),
});

/** A change that was made: what the audit trail may tell, and the secrets that are shown this once. */
export interface SavedConnection {
  readonly name: string;
  readonly before?: object;
  readonly after: object;
  readonly shownOnce: Readonly<Partial<Record<OwnSecret, string>>>;
}

/**
 * Makes a connection; where no secret for its senders is given, the bridge makes one of each kind.
 *
 * @throws {InputInvalidError} listing what has to be mended.
 * @throws {ConnectionExistsError} when the name is taken.
 */
export async function createConnection(
  deps: SaveConnectionDeps,
  by: string,
  { settings }: z.infer<typeof newConnectionSchema>,
): Promise<SavedConnection> {
  const isOwnGiven = OWN_SECRETS.some((kind) => settings[kind] !== undefined);
  const shownOnce = isOwnGiven
    ? {}
    : {
        webhookSecrets: drawSecret("webhookSecrets"),
        signingSecrets: drawSecret("signingSecrets"),
      };
  const whole = { ...settings, ...asLists(shownOnce) };
  checkSettings(whole, { ...deps.connectionsHome, more: [] });
  const name = String(whole["name" as keyof typeof whole]);
  if ((await knownConnections(deps)).some((one) => one.name === name)) {
    throw new ConnectionExistsError(name);
  }
  const nowMs = deps.nowMs();
  const next: StoredConnection = {
    settings: whole,
    createdAtMs: nowMs,
    changedAtMs: nowMs,
    changedBy: by,
    secretDates: datesOf(setSecrets(whole), nowMs),
  };
  await keep(deps, name, { before: undefined, next });
  return { name, after: auditOf(whole, {}), shownOnce };
}

/**
 * Changes a connection.
 *
 * @throws {InputInvalidError} listing what has to be mended.
 * @throws {ConnectionChangedError} when somebody else changed it since it was read.
 */
export async function editConnection(
  deps: SaveConnectionDeps,
  { name: wanted, by }: { readonly name: unknown; readonly by: string },
  { settings, removeSecrets, revision }: z.infer<typeof connectionChangeSchema>,
): Promise<SavedConnection> {
  const known = await changeableConnection(deps, wanted);
  if (revisionOf(known.entry) !== revision) {
    throw new ConnectionChangedError(known.name);
  }
  const before = known.stored.settings;
  const more = [
    ...secretsToGiveAnew(settings, before)
      .filter((path) => !removeSecrets.includes(path))
      .map((path) => ({
        path,
        message:
          "the address that it is sent to changed: enter it again, so that it goes nowhere unseen",
      })),
    ...(settings["name"] === known.name
      ? []
      : [{ path: "name", message: "cannot be changed; make another connection" }]),
  ];
  const whole = withKeptSecrets(settings, before, removeSecrets);
  checkSettings(whole, { ...deps.connectionsHome, more });
  return keepChanged(deps, known, { settings: whole, by });
}

/**
 * Keeps other settings of a connection; what the audit trail gets names the secrets that changed, and none of them.
 *
 * @throws {ConnectionChangedError} when somebody else changed it meanwhile.
 */
export async function keepChanged(
  deps: SaveConnectionDeps,
  { name, entry, stored }: ChangeableConnection,
  { settings, by }: { readonly settings: ConnectionSettings; readonly by: string },
): Promise<SavedConnection> {
  const nowMs = deps.nowMs();
  const changed = changedSecrets(settings, stored.settings);
  const next: StoredConnection = {
    ...stored,
    settings,
    changedAtMs: nowMs,
    changedBy: by,
    secretDates: { ...stored.secretDates, ...datesOf(changed, nowMs) },
  };
  await keep(deps, name, { before: entry, next });
  return {
    name,
    before: withoutSecrets(stored.settings),
    after: auditOf(settings, stored.settings),
    shownOnce: {},
  };
}

/**
 * Deletes a stored connection and its hold; its appointments stay.
 *
 * @throws {InputInvalidError} when the name was not given again.
 */
export async function deleteConnection(
  deps: SaveConnectionDeps,
  wanted: unknown,
  confirmedName: unknown,
): Promise<{ readonly name: string; readonly before: object }> {
  const { name, inFile, entry } = await knownConnection(deps, wanted);
  if (confirmedName !== name) {
    throw new InputInvalidError([{ path: "name", message: "must be the connection's name" }]);
  }
  const { stored } = entry ?? (await changeableConnection(deps, wanted)).entry;
  await keep(deps, name, { before: entry, next: undefined });
  if (inFile === undefined) {
    await releaseHold(deps.redis, name);
  }
  return { name, before: withoutSecrets(stored?.settings ?? {}) };
}

/** Draws a new secret of a kind: 24 random bytes. */
export function drawSecret(kind: OwnSecret): string {
  const bytes = randomBytes(24);
  return kind === "signingSecrets"
    ? `whsec_${bytes.toString("base64")}`
    : bytes.toString("base64url");
}

async function keep(
  { redis, connectionsHome: { secretKey, refresh } }: SaveConnectionDeps,
  name: string,
  change: StoredChange,
): Promise<void> {
  if (!(await changeStoredConnection(redis, { name, secretKey }, change))) {
    throw new ConnectionChangedError(name);
  }
  await refresh();
}

function asLists(secrets: Readonly<Record<string, string>>): Readonly<Record<string, string[]>> {
  return Object.fromEntries(Object.entries(secrets).map(([kind, secret]) => [kind, [secret]]));
}

function datesOf(paths: readonly string[], nowMs: number): Readonly<Record<string, number>> {
  return Object.fromEntries(paths.map((path) => [path, nowMs]));
}

function auditOf(settings: ConnectionSettings, before: ConnectionSettings): object {
  const changed = changedSecrets(settings, before);
  return {
    ...withoutSecrets(settings),
    ...(changed.length === 0 ? {} : { changedSecrets: changed }),
  };
}
