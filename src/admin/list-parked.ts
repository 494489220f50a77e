import type { Redis } from "ioredis";
import { countParked, readParkedEntries } from "../books/parked-book.ts";
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
export type ListedParked = ReturnType<typeof present>;

/** Lists parked entries, the newest first, with how many there are in all. */
export async function listParkedPage(
  redis: Redis,
  filter: ParkedFilter,
  { limit, places }: { readonly limit: number; readonly places: Places },
): Promise<Page<ListedParked> & { readonly total: number }> {
  const lanes = filter.connections.map((name) => ({
    name,
    chunks: walkLane(redis, name, { filter, places }),
  }));
  const page = await readPage(lanes, { limit, places, order: "newest-first" });
  return { ...page, total: await countMatching(redis, filter) };
}

/** All parked entries that a filter means, the newest first per connection. */
export async function* eachParked(
  redis: Redis,
  { connections, reason }: ParkedFilter,
): AsyncGenerator<Parked, undefined> {
  for (const connection of connections) {
    for await (const entries of walkTimeIndex(redis, walkOf(connection, {}))) {
      const found = await readMembers(redis, connection, entries);
      yield* found
        .filter((parked) => parked !== undefined)
        .filter((parked) => isMatch(parked, reason));
    }
  }
}

async function countMatching(redis: Redis, filter: ParkedFilter): Promise<number> {
  if (filter.reason === undefined) {
    const counts = await Promise.all(filter.connections.map((name) => countParked(redis, name)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
  let count = 0;
  for await (const _ of eachParked(redis, filter)) {
    count += 1;
  }
  return count;
}

async function* walkLane(
  redis: Redis,
  connection: string,
  { filter, places }: { readonly filter: ParkedFilter; readonly places: Places },
): AsyncGenerator<readonly LaneEntry<ListedParked>[], undefined> {
  for await (const entries of walkTimeIndex(redis, walkOf(connection, places))) {
    const found = await readMembers(redis, connection, entries);
    yield entries.map(({ after }, at) => {
      const parked = found[at];
      const isWanted = parked !== undefined && isMatch(parked, filter.reason);
      return { after, item: isWanted ? present(parked) : undefined };
    });
  }
}

function readMembers(redis: Redis, connection: string, entries: readonly TimeEntry[]) {
  const ids = entries.map(({ member }) => member);
  return readParkedEntries(redis, connection, ids);
}

function walkOf(connection: string, places: Places) {
  return {
    key: keyspace.parkedByTime(connection),
    from: places[connection] ?? { atMs: Number.POSITIVE_INFINITY },
    untilMs: Number.NEGATIVE_INFINITY,
    order: "newest-first",
  } as const;
}

function isMatch(parked: Parked, reason: string | undefined): boolean {
  return reason === undefined || parked.reason === reason;
}

function present(parked: Parked) {
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
