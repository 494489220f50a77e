import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { readStoredConnections, type StoredEntry } from "../../books/connection-book.ts";
import { readHold } from "../../books/hold-book.ts";
import type { Connection } from "../../domain/connection.ts";
import type { Hold } from "../../domain/hold.ts";
import type { StoredConnection } from "../../domain/stored-connection.ts";
import { NotFoundError } from "../../http/input-errors.ts";
import { ConnectionInFileError, ConnectionUnreadableError } from "./connection-errors.ts";
import type { ConnectionsHome } from "./connections-home.ts";

/** What finding connections needs from the world. */
export interface KnownConnectionsDeps {
  readonly redis: Redis;
  readonly connectionsHome: ConnectionsHome;
}

/** One connection with all that is known of it: at least one of `inFile` and `entry` is there. */
export interface KnownConnection {
  readonly name: string;
  readonly inFile: Connection | undefined;
  /** As it is stored; the file wins over it. */
  readonly entry: StoredEntry | undefined;
  readonly hold: Hold | undefined;
}

/** All connections of the file and of the store, by name. */
export async function knownConnections({
  redis,
  connectionsHome: { fileConnections, secretKey },
}: KnownConnectionsDeps): Promise<readonly KnownConnection[]> {
  const { entries } = await readStoredConnections(redis, secretKey);
  const names = new Set([...fileConnections.keys(), ...entries.map(({ name }) => name)]);
  return Promise.all(
    [...names].sort().map(async (name) => ({
      name,
      inFile: fileConnections.get(name),
      entry: entries.find((one) => one.name === name),
      hold: await readHold(redis, name),
    })),
  );
}

/**
 * Finds one connection by its name.
 *
 * @throws {NotFoundError} when neither the file nor the store has it.
 */
export async function knownConnection(
  deps: KnownConnectionsDeps,
  name: unknown,
): Promise<KnownConnection> {
  const found = (await knownConnections(deps)).find((one) => one.name === name);
  if (found === undefined) {
    throw new NotFoundError("There is no connection of that name");
  }
  return found;
}

/** A connection of the store that can be changed here. */
export interface ChangeableConnection {
  readonly name: string;
  readonly entry: StoredEntry;
  readonly stored: StoredConnection;
}

/**
 * Finds a connection that can be changed here.
 *
 * @throws {NotFoundError} when there is none.
 * @throws {ConnectionInFileError} when the file has it.
 * @throws {ConnectionUnreadableError} when it cannot be opened.
 */
export async function changeableConnection(
  deps: KnownConnectionsDeps,
  wanted: unknown,
): Promise<ChangeableConnection> {
  const { name, inFile, entry } = await knownConnection(deps, wanted);
  if (inFile !== undefined || entry === undefined) {
    throw new ConnectionInFileError(name);
  }
  if (entry.stored === undefined) {
    throw new ConnectionUnreadableError(name);
  }
  return { name, entry, stored: entry.stored };
}

/** Tells one state of a stored connection from another; says nothing of what it holds. */
export function revisionOf({ sealed }: StoredEntry): string {
  return createHash("sha256").update(sealed).digest("base64url").slice(0, 16);
}
