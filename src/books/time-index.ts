import type { Redis } from "ioredis";
import { z } from "zod";
import { redisScript, runScript } from "../redis-script.ts";

const CHUNK = 100;

/**
 * A place in a sorted set of moments: right behind one member, or before all entries of a moment.
 *
 * It stays where it is whatever comes or goes meanwhile, that member included.
 */
export interface TimePlace {
  readonly atMs: number;
  readonly member?: string | undefined;
}

/** One member, and the place right behind it. */
export interface TimeEntry {
  readonly member: string;
  readonly after: TimePlace;
}

/** Which part of an index is walked, and in which direction; both ends count. */
export interface TimeWalk {
  readonly key: string;
  readonly from: TimePlace;
  readonly untilMs: number;
  readonly order: "oldest-first" | "newest-first";
  /** Entries read at a time; 100 where nothing else is said. */
  readonly chunk?: number;
}

/**
 * Walks an index of moments in chunks; members of one moment come in the order of their bytes.
 *
 * Nothing is locked: what is there all the time is met once, what comes or goes meanwhile may be met or not.
 */
export async function* walkTimeIndex(
  redis: Redis,
  walk: TimeWalk,
): AsyncGenerator<readonly TimeEntry[], undefined> {
  let from = walk.from;
  for (;;) {
    const entries = await readChunk(redis, { ...walk, from });
    const last = entries.at(-1);
    if (last === undefined) {
      return;
    }
    yield entries;
    from = last.after;
  }
}

/**
 * The rank at which a walk goes on: behind its last member, or where that would be if it is gone.
 *
 * Bytes are compared by hand: Lua's own comparison follows the server's language.
 */
const READ_CHUNK = redisScript(`
local key, at, member, limit, chunk = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local isForward = ARGV[5] == 'oldest-first'
local rankOf, range, rangeByScore = 'ZRANK', 'ZRANGE', 'ZRANGEBYSCORE'
if not isForward then rankOf, range, rangeByScore = 'ZREVRANK', 'ZREVRANGE', 'ZREVRANGEBYSCORE' end
local function isBehind(left, right)
  for i = 1, math.max(#left, #right) do
    local l, r = left:byte(i) or -1, right:byte(i) or -1
    if l ~= r then return (l > r) == isForward end
  end
  return false
end
local rank
local score = member ~= '' and redis.call('ZSCORE', key, member)
if score and tonumber(score) == tonumber(at) then
  rank = redis.call(rankOf, key, member) + 1
elseif isForward then
  rank = redis.call('ZCOUNT', key, '-inf', '(' .. at)
else
  rank = redis.call('ZCOUNT', key, '(' .. at, '+inf')
end
if member ~= '' and not (score and tonumber(score) == tonumber(at)) then
  for _, other in ipairs(redis.call(rangeByScore, key, at, at)) do
    if isBehind(other, member) then break end
    rank = rank + 1
  end
end
local found = redis.call(range, key, rank, rank + chunk - 1, 'WITHSCORES')
local kept = {}
for i = 1, #found, 2 do
  local atMs = tonumber(found[i + 1])
  if isForward and atMs > tonumber(limit) then break end
  if not isForward and atMs < tonumber(limit) then break end
  kept[#kept + 1] = found[i]
  kept[#kept + 1] = found[i + 1]
end
return kept
`);

const replySchema = z.array(z.string());

async function readChunk(
  redis: Redis,
  { key, from, untilMs, order, chunk = CHUNK }: TimeWalk,
): Promise<readonly TimeEntry[]> {
  const reply = await runScript(redis, READ_CHUNK, {
    keys: [key],
    args: [bound(from.atMs), from.member ?? "", bound(untilMs), chunk, order],
  });
  const words = replySchema.parse(reply);
  const entries: TimeEntry[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const member = words[at] ?? "";
    entries.push({ member, after: { atMs: Number(words[at + 1]), member } });
  }
  return entries;
}

/** Far enough for any moment, and a number to Lua, too. */
const FAR_MS = 1e16;

function bound(atMs: number): number {
  return Math.min(FAR_MS, Math.max(-FAR_MS, atMs));
}
