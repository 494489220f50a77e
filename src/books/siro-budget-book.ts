import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

/** Siro's own limit for each token. @see https://docs.siro.ai/rate-limits */
const REQUESTS_PER_MINUTE = 1000;
/** So much may go out at once; the rest is spread over the minute. */
const AT_ONCE_SHARE = 0.1;

/**
 * The key holds the moment at which everything that was taken is paid back.
 *
 * Takes one when paying back one more would still end within the allowance, and gives 0; else gives how many
 * milliseconds are missing.
 */
const TAKE = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local every, allowance = tonumber(ARGV[1]), tonumber(ARGV[2])
local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + every
local missing = paid - now - allowance
if missing > 0.001 then return math.ceil(missing) end
redis.call('SET', KEYS[1], string.format('%.3f', paid), 'PX', math.ceil(paid - now))
return 0
`);

const PAUSE = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local paid = now + tonumber(ARGV[1]) + tonumber(ARGV[2])
if paid <= tonumber(redis.call('GET', KEYS[1]) or 0) then return 0 end
redis.call('SET', KEYS[1], string.format('%.3f', paid), 'PX', math.ceil(paid - now))
return 1
`);

/** The requests that all workers together may send with one token. */
export interface SiroBudgetBook {
  /** Takes one request; 0 when it may go out, else the milliseconds until the next chance. */
  readonly take: (countedAs: string) => Promise<number>;
  /** Lets nobody take one for a while; a longer pause that is under way stays. */
  readonly pause: (countedAs: string, forMs: number) => Promise<void>;
}

/**
 * Opens the book; what it lets through never exceeds the limit in any minute, however the minute is cut.
 *
 * It goes by Redis' clock, so it is one for all workers.
 */
export function openSiroBudget(
  redis: Redis,
  requestsPerMinute = REQUESTS_PER_MINUTE,
): SiroBudgetBook {
  const everyMs = 60_000 / (requestsPerMinute * (1 - AT_ONCE_SHARE));
  const allowanceMs = everyMs * requestsPerMinute * AT_ONCE_SHARE;
  return {
    take: async (countedAs) =>
      Number(
        await runScript(redis, TAKE, {
          keys: [keyspace.siroBudget(countedAs)],
          args: [everyMs, allowanceMs],
        }),
      ),
    pause: async (countedAs, forMs) => {
      await runScript(redis, PAUSE, {
        keys: [keyspace.siroBudget(countedAs)],
        args: [forMs, allowanceMs],
      });
    },
  };
}
