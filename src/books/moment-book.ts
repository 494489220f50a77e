import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

const HOUR_MS = 3_600_000;
/** What is due within ten seconds is one crowd. */
const MOMENT_MS = 10_000;
/** Nobody asks about a moment that is over. */
const KEPT_AFTER_MS = HOUR_MS;

const COUNT_MOMENTS = redisScript(`
local before = {}
for at, key in ipairs(KEYS) do
  before[at] = redis.call('HINCRBY', key, ARGV[2 * at - 1], 1) - 1
  redis.call('PEXPIREAT', key, ARGV[2 * at])
end
return before
`);

const replySchema = z.array(z.int());

/**
 * Counts prompts of a connection at the moments they are due, and says how many there were before each.
 *
 * Nothing is taken back when a prompt is dropped: the count says in which order a crowd is served, not whether.
 */
export async function countMoments(
  redis: Redis,
  connection: string,
  dueAtMs: readonly number[],
): Promise<readonly number[]> {
  const places = dueAtMs.map((atMs) => {
    const hour = Math.floor(atMs / HOUR_MS);
    return {
      key: keyspace.moments(connection, hour),
      args: [Math.floor((atMs % HOUR_MS) / MOMENT_MS), (hour + 1) * HOUR_MS + KEPT_AFTER_MS],
    };
  });
  const reply = await runScript(redis, COUNT_MOMENTS, {
    keys: places.map(({ key }) => key),
    args: places.flatMap(({ args }) => args),
  });
  return replySchema.parse(reply);
}
