import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import { byPlace, isAfter, type VisitPlace } from "./appointment-index.ts";
import { SHARDS } from "./facts-book.ts";
import { BUCKET_MS } from "./six-hours.ts";
import { STATE_JUDGE } from "./state-judge.ts";
import type { TimePlace } from "./time-index.ts";
import { factsSecond } from "./visit-facts.ts";

/** A look goes on to the next bucket until it has seen so many lines: a millisecond or two of Redis' time. */
const LINES_AT_ONCE = 2_000;

const LOOK_THROUGH = redisScript(`
${STATE_JUDGE}
local byStart, lines, facts = KEYS[1], ARGV[1], ARGV[2]
local from, limit, width, shards, most = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local state = ARGV[8]
nowMs, second = tonumber(ARGV[9]), tonumber(ARGV[10])
local words, heads = {}, {}
for i = 11, #ARGV do
  words[#words + 1] = ' ' .. ARGV[i]
  heads[#heads + 1] = '^' .. string.gsub(ARGV[i], '%a', function(c) return '[' .. c .. string.upper(c) .. ']' end)
end
local seen, found, bucket = 0, {}, 0

local function take(id)
  local atMs = redis.call('ZSCORE', byStart, id)
  if atMs and math.floor(tonumber(atMs) / width) == bucket then
    found[#found + 1] = id
    found[#found + 1] = atMs
  end
end

local current
local function startAtMs()
  return tonumber(redis.call('ZSCORE', byStart, current) or 0)
end

local function isMeant(id, text)
  current = id
  return mayHave(text, state, startAtMs)
end

local function noStart()
  isUnsure = true
  return 0
end

local function hasWords(line)
  for i = 1, #words do
    if not find(line, words[i], 1, true) and not find(line, heads[i]) then return false end
  end
  return true
end

local function hasAny(texts)
  for i = 1, #texts do
    -- Who it is, and so the exact start, is read where it may matter alone.
    if mayHave(texts[i], state, noStart) then return true end
  end
  return false
end

local function eachInState(use)
  local count = 0
  for shard = 0, shards - 1 do
    local key = facts .. bucket .. ':' .. shard
    local texts = redis.call('HVALS', key)
    count = count + #texts
    if hasAny(texts) then
      local all = redis.call('HGETALL', key)
      for i = 1, #all, 2 do
        if isMeant(all[i], all[i + 1]) then use(all[i]) end
      end
    end
  end
  return count
end

local function factsOf(id)
  local hash = 0
  for i = 1, #id do hash = (hash * 31 + byte(id, i)) % 65521 end
  return redis.call('HGET', facts .. bucket .. ':' .. hash % shards, id) or '?'
end

local function lookForWords()
  local all, ids, isKept = redis.call('LRANGE', lines .. bucket, 0, -1), {}, nil
  for _, line in ipairs(all) do
    if hasWords(line) then
      ids[#ids + 1] = match(line, '^[^ ]+')
      -- From here on all facts at once cost less, and often there is nothing at all.
      if state ~= '' and #ids == shards then
        isKept = {}
        eachInState(function(id) isKept[id] = true end)
        if next(isKept) == nil then return #all end
      end
    end
  end
  for _, id in ipairs(ids) do
    if state == '' or isKept and isKept[id] or not isKept and isMeant(id, factsOf(id)) then take(id) end
  end
  return #all
end

while seen < most do
  local head = redis.call('ZRANGEBYSCORE', byStart, from, limit, 'WITHSCORES', 'LIMIT', 0, 1)
  if not head[1] then return {seen, '', found} end
  bucket = math.floor(tonumber(head[2]) / width)
  seen = seen + (#words > 0 and lookForWords() or eachInState(take))
  from = string.format('%d', (bucket + 1) * width)
end
return {seen, from, found}
`);

const replySchema = z.tuple([z.number(), z.string(), z.array(z.string())]);

/** What one look through the index came to. */
export interface VisitLook {
  /** What was found, in order; with a state, what may have it. */
  readonly found: readonly VisitPlace[];
  /** How many appointments were looked at. */
  readonly lines: number;
  /** The start from which to look on; undefined when nothing is left. */
  readonly nextMs: number | undefined;
}

/** A state that is looked for, and the moment at which it counts. */
export interface WantedState {
  readonly name: string;
  readonly nowMs: number;
}

/** Where to look, and for what; words or a state must be there. */
export interface VisitSpan {
  /** Each must begin a word of what is found. */
  readonly words: readonly string[];
  /** What is found may have it: all that have it are found. */
  readonly state: WantedState | undefined;
  readonly from: TimePlace;
  readonly untilMs: number;
}

/** Looks through some of the index, in order of the start. */
export async function findVisits(
  redis: Redis,
  connection: string,
  { words, state, from, untilMs }: VisitSpan,
): Promise<VisitLook> {
  const limit = Number.isFinite(untilMs) ? untilMs : "+inf";
  const nowMs = state?.nowMs ?? 0;
  const reply = await runScript(redis, LOOK_THROUGH, {
    keys: [keyspace.appointmentsByStart(connection)],
    args: [
      keyspace.searchLines(connection, ""),
      keyspace.visitFactsPrefix(connection),
      from.atMs,
      limit,
      BUCKET_MS,
      SHARDS,
      LINES_AT_ONCE,
      ...[state?.name ?? "", nowMs, factsSecond(nowMs)],
      ...words,
    ],
  });
  const [lines, reached, texts] = replySchema.parse(reply);
  const found: VisitPlace[] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    found.push({ member: texts[at] ?? "", atMs: Number(texts[at + 1]) });
  }
  return {
    found: found.filter((place) => isAfter(place, from) && place.atMs <= untilMs).sort(byPlace),
    lines,
    nextMs: reached === "" ? undefined : Number(reached),
  };
}
