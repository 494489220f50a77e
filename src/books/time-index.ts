import type { Redis } from "ioredis";

const CHUNK = 100;

/** A place in a sorted set of moments: a moment, and how many entries of just that moment were passed. */
export interface TimePlace {
  readonly atMs: number;
  readonly passed: number;
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
}

/**
 * Walks an index of moments in chunks.
 *
 * Thousands of entries may share one moment, so a place is more than a moment. Entries that come or go
 * meanwhile may be missed or met twice; nothing is locked.
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

async function readChunk(
  redis: Redis,
  { key, from, untilMs, order }: TimeWalk,
): Promise<readonly TimeEntry[]> {
  const read = order === "oldest-first" ? "zrangebyscore" : "zrevrangebyscore";
  const [first, last] = [bound(from.atMs), bound(untilMs)];
  const words = await redis[read](key, first, last, "WITHSCORES", "LIMIT", from.passed, CHUNK);
  return entriesOf(words, from);
}

/** Reads `member, score, member, score …`. */
function entriesOf(words: readonly string[], from: TimePlace): readonly TimeEntry[] {
  const entries: TimeEntry[] = [];
  let place = from;
  for (let at = 0; at + 1 < words.length; at += 2) {
    const atMs = Number(words[at + 1]);
    place = { atMs, passed: atMs === place.atMs ? place.passed + 1 : 1 };
    entries.push({ member: words[at] ?? "", after: place });
  }
  return entries;
}

function bound(atMs: number): string {
  if (Number.isFinite(atMs)) {
    return String(atMs);
  }
  return atMs > 0 ? "+inf" : "-inf";
}
