import type { Redis } from "ioredis";
import { type StoredConnection, storedConnectionSchema } from "../domain/stored-connection.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, type RedisCommand } from "../redis-script.ts";
import { openValue, sealValue } from "../sealed-value.ts";

/** The field of the version; no connection can have this name. */
const VERSION = "#version";

/** One connection as it lies in the store. */
export interface StoredEntry {
  readonly name: string;
  /** As it is kept; whoever changes the connection says with it what they had read. */
  readonly sealed: string;
  /** Undefined when it cannot be opened: it was sealed with another key. */
  readonly stored: StoredConnection | undefined;
}

/** All connections of the store, and a number that grows with every change. */
export interface StoredConnections {
  readonly version: number;
  readonly entries: readonly StoredEntry[];
}

/** Reads every connection that was made in the operators' window, by name. */
export async function readStoredConnections(
  redis: Redis,
  secretKey: Buffer,
): Promise<StoredConnections> {
  const { [VERSION]: version = "0", ...sealed } = await redis.hgetall(keyspace.storedConnections());
  const entries = Object.entries(sealed)
    .map(([name, text]) => ({ name, sealed: text, stored: openStored(text, secretKey) }))
    .sort((left, right) => left.name.localeCompare(right.name));
  return { version: Number(version), entries };
}

/** The number that grows with every change of a stored connection. */
export async function readConnectionsVersion(redis: Redis): Promise<number> {
  return Number((await redis.hget(keyspace.storedConnections(), VERSION)) ?? 0);
}

/** What is to be kept in place of what was read; undefined on either side: there is nothing. */
export interface StoredChange {
  readonly before: Pick<StoredEntry, "sealed"> | undefined;
  readonly next: StoredConnection | undefined;
}

/** Keeps a connection, or removes it; false when somebody else changed it meanwhile. */
export async function changeStoredConnection(
  redis: Redis,
  { name, secretKey }: { readonly name: string; readonly secretKey: Buffer },
  { before, next }: StoredChange,
): Promise<boolean> {
  const key = keyspace.storedConnections();
  const change: RedisCommand =
    next === undefined ? ["HDEL", key, name] : ["HSET", key, name, sealValue(next, secretKey)];
  return commitIfUnchanged(redis, { key, field: name, expected: before?.sealed ?? "" }, [
    change,
    ["HINCRBY", key, VERSION, 1],
  ]);
}

function openStored(sealed: string, secretKey: Buffer): StoredConnection | undefined {
  try {
    return storedConnectionSchema.parse(openValue(sealed, secretKey));
  } catch {
    return undefined;
  }
}
