import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { RepReturn } from "../domain/link-offer.ts";
import type { PromptRef } from "../domain/prompt.ts";
import { returnTarget } from "./return-url.ts";

/** What returning needs from the world. */
export interface ReturnRepDeps {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly findPromptRef: (token: string) => Promise<PromptRef | undefined>;
  readonly readAppointment: (ref: PromptRef) => Promise<StoredAppointment | undefined>;
  readonly recordReturned: (ref: PromptRef) => Promise<unknown>;
}

/**
 * Takes a rep who comes back from Siro to where the connection's rules say; nothing of the request decides.
 *
 * `isSeen` says that a person came; only then is it recorded.
 */
export async function returnRep(
  deps: ReturnRepDeps,
  token: string,
  isSeen: boolean,
): Promise<RepReturn> {
  const ref = await deps.findPromptRef(token);
  if (ref === undefined) {
    return { kind: "unknown" };
  }
  if (isSeen) {
    await deps.recordReturned(ref);
  }
  const stored = await deps.readAppointment(ref);
  const connection = deps.connections.get(ref.connection);
  const url =
    stored === undefined || connection === undefined
      ? undefined
      : returnTarget(connection, stored.appointment);
  return url === undefined ? { kind: "stay" } : { kind: "forward", url };
}
