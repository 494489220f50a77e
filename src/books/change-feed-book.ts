import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";

/** Enough for the busiest seconds between two looks; whoever falls further behind reads everything again. */
const KEPT_CHANGES = 10_000;
const READ_AT_ONCE = 5_000;
const BEGINNING = "0-0";

/** The command that tells of a change of a record's state; the feed forgets the oldest. */
export function changeCommand({
  connection,
  recordId,
}: {
  readonly connection: string;
  readonly recordId: string;
}): RedisCommand {
  const key = keyspace.changeFeed(connection);
  return ["XADD", key, "MAXLEN", "~", KEPT_CHANGES, "*", "r", recordId];
}

/** Where the feed of a connection ends now: read it from there on to hear of later changes. */
export async function readFeedEnd(redis: Redis, connection: string): Promise<string> {
  const [last] = await redis.xrevrange(keyspace.changeFeed(connection), "+", "-", "COUNT", 1);
  return last?.[0] ?? BEGINNING;
}

/** What changed since a place in the feed; at most the first 5,000 changes. */
export interface FeedPart {
  readonly recordIds: ReadonlySet<string>;
  /** Where to read on. */
  readonly end: string;
  /** There may be more after it. */
  readonly isCut: boolean;
  /** The feed forgot changes before they were read. */
  readonly hasGap: boolean;
}

/** Reads the feed on from a place. */
export async function readChanges(
  redis: Redis,
  connection: string,
  after: string,
): Promise<FeedPart> {
  const key = keyspace.changeFeed(connection);
  // The beginning last: what is trimmed between the two shows as a gap.
  const [entries, [first]] = await Promise.all([
    redis.xrange(key, `(${after}`, "+", "COUNT", READ_AT_ONCE),
    redis.xrange(key, "-", "+", "COUNT", 1),
  ]);
  return {
    recordIds: new Set(entries.flatMap(([, [, recordId]]) => recordId ?? [])),
    end: entries.at(-1)?.[0] ?? after,
    isCut: entries.length === READ_AT_ONCE,
    // A feed that is gone altogether was emptied with the whole store.
    hasGap: after !== BEGINNING && (first === undefined || isBefore(after, first[0])),
  };
}

/** Ids are `milliseconds-number`. */
function isBefore(left: string, right: string): boolean {
  const [leftMs = 0, leftNumber = 0] = left.split("-").map(Number);
  const [rightMs = 0, rightNumber = 0] = right.split("-").map(Number);
  return leftMs < rightMs || (leftMs === rightMs && leftNumber < rightNumber);
}
