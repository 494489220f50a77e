import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

/** Siro's own limit for each token. @see https://docs.siro.ai/rate-limits */
const REQUESTS_PER_MINUTE = 1000;
/** So much may go out at once; the rest is spread over the minute. */
const AT_ONCE_SHARE = 0.1;
/** What can wait gets so much of all that; the rest is kept for what cannot. */
const LATER_SHARE = 0.5;

/**
 * Each key holds the moment at which everything that was taken from it is paid back, at a price of its own.
 *
 * Takes one from all keys when paying back one more would still end within the allowance of each, and gives 0;
 * else takes none and gives how many milliseconds are missing.
 */
const TAKE = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local allowance, missing, paid = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local price = tonumber(ARGV[i + 1])
  paid[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + price
  missing = math.max(missing, paid[i] - now - math.max(allowance, price))
end
if missing > 0.001 then return math.ceil(missing) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', paid[i]), 'PX', math.ceil(paid[i] - now))
end
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
  /**
   * Takes one request; 0 when it may go out, else the milliseconds until the next chance.
   *
   * What comes `later` gets half of the budget at most, so that what has to be known `soon` never waits for it.
   */
  readonly take: (countedAs: string, urgency?: "soon" | "later") => Promise<number>;
  /** Lets nobody take one for a while; a longer pause that is under way stays. */
  readonly pause: (countedAs: string, forMs: number) => Promise<void>;
}

const EVERY_MS = 60_000 / (REQUESTS_PER_MINUTE * (1 - AT_ONCE_SHARE));

/** How much of what may go out at once is taken: 0 is nothing, at 1 requests wait. */
export async function readSiroBudgetUse(redis: Redis, countedAs: string): Promise<number> {
  const owedMs = await redis.pttl(keyspace.siroBudget(countedAs));
  return Math.min(1, Math.max(0, owedMs) / (EVERY_MS * REQUESTS_PER_MINUTE * AT_ONCE_SHARE));
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
    take: async (countedAs, urgency = "soon") => {
      const isLater = urgency === "later";
      return Number(
        await runScript(redis, TAKE, {
          keys: [
            keyspace.siroBudget(countedAs),
            ...(isLater ? [keyspace.siroBudgetLater(countedAs)] : []),
          ],
          args: [allowanceMs, everyMs, ...(isLater ? [everyMs / LATER_SHARE] : [])],
        }),
      );
    },
    pause: async (countedAs, forMs) => {
      await runScript(redis, PAUSE, {
        keys: [keyspace.siroBudget(countedAs)],
        args: [forMs, allowanceMs],
      });
    },
  };
}
