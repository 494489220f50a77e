import type { Redis } from "ioredis";
import { z } from "zod";
import type { Appointment } from "../domain/appointment.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, redisScript, runScript } from "../redis-script.ts";
import { byPlace, isAfter, type VisitPlace } from "./appointment-index.ts";
import { searchLine } from "./search-words.ts";
import type { TimePlace } from "./time-index.ts";

/** Visits that begin within the same six hours lie in one list: small enough to look through at once. */
const BUCKET_MS = 6 * 3_600_000;
/** As long as the index by start keeps them. */
const KEPT_AFTER_START_MS = 37 * 86_400_000;
/** A look goes on to the next bucket until it has seen so many lines: a millisecond or two of Redis' time. */
const LINES_AT_ONCE = 2_000;

/**
 * The commands that make an appointment be found by its words, and no more by those it had before.
 *
 * The index is one line of words per appointment, in lists by start: a tenth of what an entry for every word
 * would take. They belong into the commit that stores the appointment; where nothing changed there are none.
 */
export function searchCommands(
  connection: string,
  next: Appointment,
  before: Appointment | undefined,
): readonly RedisCommand[] {
  const line = searchLine(next);
  const bucket = bucketOf(next);
  const old = before && { line: searchLine(before), bucket: bucketOf(before) };
  if (old?.line === line && old.bucket === bucket) {
    return [];
  }
  const key = keyspace.searchLines(connection, bucket);
  return [
    ...(old === undefined ? [] : [dropCommand(connection, old)]),
    ["RPUSH", key, line],
    ["PEXPIREAT", key, (bucket + 1) * BUCKET_MS + KEPT_AFTER_START_MS],
  ];
}

/** The same for an appointment that may be in the index, or not: it is there once afterwards. */
export function searchAgainCommands(
  connection: string,
  appointment: Appointment,
): readonly RedisCommand[] {
  const known = { line: searchLine(appointment), bucket: bucketOf(appointment) };
  return [dropCommand(connection, known), ...searchCommands(connection, appointment, undefined)];
}

function dropCommand(
  connection: string,
  { line, bucket }: { readonly line: string; readonly bucket: number },
): RedisCommand {
  return ["LREM", keyspace.searchLines(connection, bucket), 1, line];
}

function bucketOf({ startAtMs }: Appointment): number {
  return Math.floor(startAtMs / BUCKET_MS);
}

const LOOK_THROUGH = redisScript(`
local byStart, prefix, from, limit, width, most = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local find, words, heads = string.find, {}, {}
for i = 6, #ARGV do
  words[#words + 1] = ' ' .. ARGV[i]
  heads[#heads + 1] = '^' .. string.gsub(ARGV[i], '%a', function(c) return '[' .. c .. string.upper(c) .. ']' end)
end
local lines, found = 0, {}
while lines < most do
  local head = redis.call('ZRANGEBYSCORE', byStart, from, limit, 'WITHSCORES', 'LIMIT', 0, 1)
  if not head[1] then return {lines, '', found} end
  local bucket = math.floor(tonumber(head[2]) / width)
  local all = redis.call('LRANGE', prefix .. string.format('%d', bucket), 0, -1)
  for _, line in ipairs(all) do
    local isFound = true
    for i = 1, #words do
      if not find(line, words[i], 1, true) and not find(line, heads[i]) then isFound = false break end
    end
    if isFound then
      local id = string.match(line, '^[^ ]+')
      local atMs = redis.call('ZSCORE', byStart, id)
      if atMs and math.floor(tonumber(atMs) / width) == bucket then
        found[#found + 1] = id
        found[#found + 1] = atMs
      end
    end
  end
  lines = lines + #all
  from = string.format('%d', (bucket + 1) * width)
end
return {lines, from, found}
`);

const replySchema = z.tuple([z.number(), z.string(), z.array(z.string())]);

/** What one look through the index came to. */
export interface SearchLook {
  /** What was found, in order. */
  readonly found: readonly VisitPlace[];
  /** How many appointments were looked at. */
  readonly lines: number;
  /** The start from which to look on; undefined when nothing is left. */
  readonly nextMs: number | undefined;
}

/** Where to look, and for which words. */
export interface SearchSpan {
  readonly words: readonly string[];
  readonly from: TimePlace;
  readonly untilMs: number;
}

/** Looks through some of the index, in order of the start; each word must begin a word of what is found. */
export async function lookForWords(
  redis: Redis,
  connection: string,
  { words, from, untilMs }: SearchSpan,
): Promise<SearchLook> {
  const limit = Number.isFinite(untilMs) ? untilMs : "+inf";
  const reply = await runScript(redis, LOOK_THROUGH, {
    keys: [keyspace.appointmentsByStart(connection)],
    args: [
      keyspace.searchLines(connection, ""),
      from.atMs,
      limit,
      BUCKET_MS,
      LINES_AT_ONCE,
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
