import type { Redis } from "ioredis";
import { readParkedEntries } from "../books/parked-book.ts";
import { countByReason, indexOldReasons, type ReasonCount } from "../books/parked-reasons.ts";
import { type TimeEntry, walkTimeIndex } from "../books/time-index.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Parked } from "../domain/parked.ts";
import { keyspace } from "../keyspace.ts";
import { type LaneEntry, type Page, type Places, readPage } from "./read-page.ts";

/** Which parked entries are meant. */
export interface ParkedFilter {
  /** Names of connections; the caller checked them. */
  readonly connections: readonly string[];
  readonly reason: string | undefined;
}

/** One line of the list; the work itself, which may hold personal data, stays out. */
export type ListedParked = ReturnType<typeof presentParked>;

/** A page of parked entries, with how many there are in all, and how many for each reason. */
interface ParkedPage extends Page<ListedParked> {
  /** As many as the filter means. */
  readonly total: number;
  /** Of the connections asked for, whichever reason is: the most frequent first. */
  readonly reasons: readonly ReasonCount[];
}

/** Lists parked entries, the newest first; counts come from an index, so that they cost the same however many. */
export async function listParkedPage(
  redis: Redis,
  filter: ParkedFilter,
  { limit, places }: { readonly limit: number; readonly places: Places },
): Promise<ParkedPage> {
  await indexOld(redis, filter);
  const lanes = filter.connections.map((name) => ({
    name,
    chunks: walkLane(redis, name, { filter, places }),
  }));
  const [page, reasons] = await Promise.all([
    readPage(lanes, { limit, places, order: "newest-first" }),
    countReasons(redis, filter.connections),
  ]);
  const wanted = reasons.filter(({ reason }) => isWanted(reason, filter));
  return { ...page, total: wanted.reduce((sum, { count }) => sum + count, 0), reasons };
}

/** All parked entries that a filter means, the newest first per connection. */
export async function* eachParked(
  redis: Redis,
  filter: ParkedFilter,
): AsyncGenerator<Parked, undefined> {
  await indexOld(redis, filter);
  for (const connection of filter.connections) {
    for await (const entries of walkTimeIndex(redis, walkOf(connection, { filter, places: {} }))) {
      const found = await readMembers(redis, connection, entries);
      yield* found
        .filter((parked) => parked !== undefined)
        .filter(({ reason }) => isWanted(reason, filter));
    }
  }
}

async function indexOld(redis: Redis, { connections }: ParkedFilter): Promise<void> {
  await Promise.all(connections.map((name) => indexOldReasons(redis, name)));
}

async function countReasons(
  redis: Redis,
  connections: readonly string[],
): Promise<readonly ReasonCount[]> {
  const sums = new Map<string, number>();
  const counts = await Promise.all(connections.map((name) => countByReason(redis, name)));
  for (const { reason, count } of counts.flat()) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return [...sums]
    .map(([reason, count]) => ({ reason, count }))
    .sort((left, right) => right.count - left.count || (left.reason < right.reason ? -1 : 1));
}

interface LaneCut {
  readonly filter: ParkedFilter;
  readonly places: Places;
}

async function* walkLane(
  redis: Redis,
  connection: string,
  cut: LaneCut,
): AsyncGenerator<readonly LaneEntry<ListedParked>[], undefined> {
  for await (const entries of walkTimeIndex(redis, walkOf(connection, cut))) {
    const found = await readMembers(redis, connection, entries);
    yield entries.map(({ after }, at) => {
      const parked = found[at];
      const isMeant = parked !== undefined && isWanted(parked.reason, cut.filter);
      return { after, item: isMeant ? presentParked(parked) : undefined };
    });
  }
}

function readMembers(redis: Redis, connection: string, entries: readonly TimeEntry[]) {
  const ids = entries.map(({ member }) => member);
  return readParkedEntries(redis, connection, ids);
}

function walkOf(connection: string, { filter: { reason }, places }: LaneCut) {
  return {
    key:
      reason === undefined
        ? keyspace.parkedByTime(connection)
        : keyspace.parkedByReason(connection, reason),
    from: places[connection] ?? { atMs: Number.POSITIVE_INFINITY },
    untilMs: Number.NEGATIVE_INFINITY,
    order: "newest-first",
  } as const;
}

/** What parks for another reason meanwhile is still under the old one when it is read. */
function isWanted(reason: string, filter: ParkedFilter): boolean {
  return filter.reason === undefined || filter.reason === reason;
}

/** Words one entry for a list. */
export function presentParked(parked: Parked) {
  return {
    id: parked.id,
    connection: parked.connection,
    reason: parked.reason,
    detail: parked.detail,
    recordType: parked.recordType ?? null,
    recordId: parked.recordId ?? null,
    kind: parked.work.kind,
    firstParkedAt: isoInstant(parked.firstParkedAtMs),
    lastParkedAt: isoInstant(parked.lastParkedAtMs),
  };
}
