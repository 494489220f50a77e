import type { Redis } from "ioredis";
import { type Parked, parkedSchema } from "../domain/parked.ts";
import { StateContendedError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, type RedisCommand } from "../redis-script.ts";
import { parkedReasonCommands, unparkedReasonCommand } from "./parked-reasons.ts";

/** More lost races than this in a row means that something is wrong, not busy. */
const COMMIT_TRIES = 50;

/**
 * Parks work; work that was parked before keeps the time of its first parking.
 *
 * @throws {StateContendedError} when the same work was parked and taken off again and again meanwhile.
 */
export async function park(redis: Redis, parked: Parked): Promise<void> {
  const { connection, id } = parked;
  await redis.sadd(keyspace.parkedConnections(), connection);
  const key = keyspace.parked(connection);
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    const text = await redis.hget(key, id);
    const known = text === null ? undefined : parsedEntry(text);
    const { firstParkedAtMs } = known ?? parked;
    const commands: readonly RedisCommand[] = [
      ["HSET", key, id, JSON.stringify({ ...parked, firstParkedAtMs })],
      ["ZADD", keyspace.parkedByTime(connection), parked.lastParkedAtMs, id],
      ...(known === undefined ? [] : [unparkedReasonCommand(known)]),
      ...parkedReasonCommands(parked),
    ];
    if (await commitIfUnchanged(redis, { key, field: id, expected: text ?? "" }, commands)) {
      return;
    }
  }
  throw new StateContendedError(`parked work of ${connection} kept changing`);
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
  const known = text === null ? undefined : parsedEntry(text);
  if (text === null || known?.lastParkedAtMs !== lastParkedAtMs) {
    return false;
  }
  return commitIfUnchanged(redis, { key, field: id, expected: text }, [
    ["HDEL", key, id],
    ["ZREM", keyspace.parkedByTime(connectionOf(id)), id],
    unparkedReasonCommand(known),
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
