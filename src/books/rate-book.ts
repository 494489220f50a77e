import type { Redis } from "ioredis";
import { z } from "zod";
import { redisScript, runPipeline, runScript } from "../redis-script.ts";

/** Who waits for longer than this waits anew: what was killed must not hold up others for good. */
const KEPT_MS = 6 * 3_600_000;

/**
 * For each limit: a key that holds the moment from which on the next one may go, and a line of those that wait.
 *
 * Takes one from all limits where each has one left and nobody waits who has not been told to come again. Else it takes
 * none, joins the line of the limit that takes longest, and gives the milliseconds until its place there comes up.
 */
const TAKE = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local id, longest, binding = ARGV[1], 0, nil
for i = 1, #KEYS, 2 do
  local line, price = KEYS[i + 1], tonumber(ARGV[(i + 3) / 2])
  redis.call('ZREMRANGEBYSCORE', line, '-inf', now - ${KEPT_MS})
  local place = redis.call('ZRANK', line, id)
  local ahead = place or redis.call('ZCARD', line)
  local missing = math.max(0, tonumber(redis.call('GET', KEYS[i]) or 0) - now)
  if missing > 0.001 or (not place and ahead > 0) then
    local wait = missing + ahead * price
    if wait > longest then longest, binding = wait, i end
  end
end
if binding then
  local line = KEYS[binding + 1]
  local isNew = redis.call('ZADD', line, 'NX', now, id)
  redis.call('PEXPIRE', line, ${KEPT_MS})
  return {math.ceil(longest), (binding + 1) / 2, isNew}
end
for i = 1, #KEYS, 2 do
  local price = tonumber(ARGV[(i + 3) / 2])
  redis.call('SET', KEYS[i], string.format('%.3f', now + price), 'PX', math.ceil(price))
  redis.call('ZREM', KEYS[i + 1], id)
end
return {0, 0, 0}
`);

const replySchema = z.tuple([z.int(), z.int(), z.int()]);

/** One limit, and the keys under which it is counted and waited for. */
export interface Rate {
  readonly key: string;
  readonly line: string;
  /** One may go in so long. */
  readonly everyMs: number;
}

/** When to come again, and which limit it is that takes longest. */
export interface RateWait {
  readonly afterMs: number;
  /** The place of that limit among those that were asked for, from 0 on. */
  readonly at: number;
  /** It did not wait before. */
  readonly isNew: boolean;
}

/**
 * Takes one from every limit, or none; undefined when it may go.
 *
 * By Redis' clock, one for all workers: from a limit nobody gets one sooner than `everyMs` after the one before.
 * Whoever has to wait comes again under the same id, in the order in which they came first.
 */
export async function takeRate(
  redis: Redis,
  id: string,
  rates: readonly Rate[],
): Promise<RateWait | undefined> {
  const reply = await runScript(redis, TAKE, {
    keys: rates.flatMap(({ key, line }) => [key, line]),
    args: [id, ...rates.map(({ everyMs }) => everyMs)],
  });
  const [afterMs, at, isNew] = replySchema.parse(reply);
  return afterMs === 0 ? undefined : { afterMs, at: at - 1, isNew: isNew === 1 };
}

/** Leaves the lines of all limits: it does not want to go any more. */
export async function leaveRate(redis: Redis, id: string, rates: readonly Rate[]): Promise<void> {
  await runPipeline(
    redis,
    rates.map(({ line }) => ["ZREM", line, id]),
  );
}
