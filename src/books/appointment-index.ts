import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import type { RepRef } from "./rep-book.ts";
import type { TimePlace } from "./time-index.ts";

const READ_VISITS = redisScript(`
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf')
local found = {}
for _, id in ipairs(ids) do
  local at = redis.call('ZSCORE', KEYS[2], id)
  if at then
    found[#found + 1] = id
    found[#found + 1] = at
  end
end
return found
`);

const replySchema = z.array(z.string());

/** One visit's place in the order of starts. */
export type VisitPlace = TimePlace & { readonly member: string };

/**
 * Lists all visits that ever named a rep and begin in a span of time, by their start.
 *
 * A visit that was taken from the rep is among them.
 */
export async function listOfRep(
  redis: Redis,
  { connection, userId }: RepRef,
  { from, untilMs }: { readonly from: TimePlace; readonly untilMs: number },
): Promise<readonly VisitPlace[]> {
  const reply = await runScript(redis, READ_VISITS, {
    keys: [keyspace.repAppointments(connection, userId), keyspace.appointmentsByStart(connection)],
    // What begins at or after a moment ends after it.
    args: [from.atMs],
  });
  const texts = replySchema.parse(reply);
  const places: VisitPlace[] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    places.push({ member: texts[at] ?? "", atMs: Number(texts[at + 1]) });
  }
  return places.filter((place) => isAfter(place, from) && place.atMs <= untilMs).sort(byPlace);
}

/** Says whether a visit lies behind a place, in the order of the index. */
export function isAfter({ atMs, member }: VisitPlace, from: TimePlace): boolean {
  return (
    atMs > from.atMs || (atMs === from.atMs && (from.member === undefined || member > from.member))
  );
}

/** The order of the index: by start, then by the bytes of the id. */
export function byPlace(left: VisitPlace, right: VisitPlace): number {
  return left.atMs - right.atMs || (left.member < right.member ? -1 : 1);
}
