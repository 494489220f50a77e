import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

/** A limit on wrong guesses, by its own name. */
export interface FailureBounds {
  readonly limit: string;
  readonly failures: number;
  readonly windowMs: number;
}

/** What became of one try: counted as number `count`, or not let through until a moment. */
export interface CountedTry {
  readonly isOpen: boolean;
  readonly count: number;
  readonly untilMs: number;
}

/** The clock is the caller's, so that every process judges alike; Redis only forgets. */
const TAKE = redisScript(`
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
local untilMs = tonumber(redis.call('HGET', KEYS[1], 'untilMs') or '0')
local limit, windowMs, nowMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if untilMs <= nowMs then
  count = 0
  untilMs = nowMs + windowMs
end
if count >= limit then return {0, count, string.format('%.0f', untilMs)} end
redis.call('HSET', KEYS[1], 'count', count + 1, 'untilMs', string.format('%.0f', untilMs))
redis.call('PEXPIRE', KEYS[1], windowMs)
return {1, count + 1, string.format('%.0f', untilMs)}
`);

const GIVE_BACK = redisScript(`
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if count > 0 and redis.call('HGET', KEYS[1], 'untilMs') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'count', count - 1)
end
`);

/** Counts one try before it is made; its window begins with the first. */
export async function countTry(
  redis: Redis,
  bounds: FailureBounds,
  { key, nowMs }: { readonly key: string; readonly nowMs: number },
): Promise<CountedTry> {
  const { failures, windowMs } = bounds;
  const answer = await runScript(redis, TAKE, {
    keys: [keyOf(bounds, key)],
    args: [failures, windowMs, nowMs],
  });
  const [isOpen, count, untilMs] = Array.isArray(answer) ? answer.map(Number) : [];
  return { isOpen: isOpen === 1, count: count ?? 0, untilMs: untilMs ?? nowMs };
}

/** Takes a try back that was no failure. */
export async function uncountTry(
  redis: Redis,
  bounds: FailureBounds,
  { key, untilMs }: { readonly key: string; readonly untilMs: number },
): Promise<void> {
  await runScript(redis, GIVE_BACK, { keys: [keyOf(bounds, key)], args: [untilMs] });
}

/** By digest: what people type as their name may be anything, even a password. */
function keyOf({ limit }: FailureBounds, key: string): string {
  return keyspace.failures(limit, createHash("sha256").update(key).digest("base64url"));
}
