import type { Redis } from "ioredis";
import { type Parked, parkedSchema } from "../domain/parked.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged } from "../redis-script.ts";

/** Parks work; work that was parked before keeps the time of its first parking. */
export async function park(redis: Redis, parked: Parked): Promise<void> {
  const known = await readParked(redis, parked.id);
  await redis.sadd(keyspace.parkedConnections(), parked.connection);
  const entry = { ...parked, firstParkedAtMs: known?.firstParkedAtMs ?? parked.firstParkedAtMs };
  await redis
    .multi()
    .hset(keyspace.parked(parked.connection), parked.id, JSON.stringify(entry))
    .zadd(keyspace.parkedByTime(parked.connection), parked.lastParkedAtMs, parked.id)
    .exec();
}

/** Every connection under which work was ever parked, those that are not configured any more included. */
export async function listParkedConnections(redis: Redis): Promise<readonly string[]> {
  const names = await redis.smembers(keyspace.parkedConnections());
  return names.sort();
}

/** Reads one parked entry. */
export async function readParked(redis: Redis, id: string): Promise<Parked | undefined> {
  const text = await redis.hget(keyspace.parked(connectionOf(id)), id);
  return text === null ? undefined : parsedEntry(text);
}

/**
 * Takes an entry off the list only as it was read; says whether it did.
 *
 * Work that was handed back and parked again meanwhile stays on the list.
 */
export async function unparkUnchanged(
  redis: Redis,
  { id, lastParkedAtMs }: Parked,
): Promise<boolean> {
  const key = keyspace.parked(connectionOf(id));
  const text = await redis.hget(key, id);
  if (text === null || parsedEntry(text).lastParkedAtMs !== lastParkedAtMs) {
    return false;
  }
  return commitIfUnchanged(redis, { key, field: id, expected: text }, [
    ["HDEL", key, id],
    ["ZREM", keyspace.parkedByTime(connectionOf(id)), id],
  ]);
}

/** Reads many entries of a connection at once; undefined where one is off the list. */
export async function readParkedEntries(
  redis: Redis,
  connection: string,
  ids: readonly string[],
): Promise<readonly (Parked | undefined)[]> {
  const texts = ids.length === 0 ? [] : await redis.hmget(keyspace.parked(connection), ...ids);
  return texts.map((text) => (text === null ? undefined : parsedEntry(text)));
}

/** How much is parked for a connection: all of it, or what parked at or after a moment. */
export async function countParked(
  redis: Redis,
  connection: string,
  sinceMs?: number,
): Promise<number> {
  return sinceMs === undefined
    ? redis.hlen(keyspace.parked(connection))
    : redis.zcount(keyspace.parkedByTime(connection), sinceMs, "+inf");
}

/** The id under which work parks: the same work, the same id. */
export function parkedIdOf(connection: string, key: string): string {
  return `${connection}~${key}`;
}

function parsedEntry(text: string): Parked {
  return parkedSchema.parse(JSON.parse(text));
}

function connectionOf(id: string): string {
  return id.split("~", 1)[0] ?? "";
}
