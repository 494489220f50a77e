import type { Redis } from "ioredis";
import { type TimelineEntry, timelineEntrySchema } from "../domain/timeline-entry.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, runPipeline } from "../redis-script.ts";
import { changeCommand } from "./change-feed-book.ts";

/** A noisy record keeps its newest entries. */
const KEPT_ENTRIES = 500;
/** For records that never became an appointment; appointments set their own expiry. */
const KEPT_SECONDS = 30 * 86_400;

/** Names one record of one connection. */
export interface RecordRef {
  readonly connection: string;
  readonly recordId: string;
}

/**
 * The commands that add entries to a record's timeline, to be committed with the change they tell of.
 *
 * They also put the record on the feed of changes: nothing changes that does not stand on a timeline.
 */
export function timelineCommands(
  { connection, recordId }: RecordRef,
  entries: readonly TimelineEntry[],
): readonly RedisCommand[] {
  if (entries.length === 0) {
    return [];
  }
  const key = keyspace.timeline(connection, recordId);
  return [
    ["RPUSH", key, ...entries.map((entry) => JSON.stringify(entry))],
    ["LTRIM", key, -KEPT_ENTRIES, -1],
    ["EXPIRE", key, KEPT_SECONDS, "NX"],
    changeCommand({ connection, recordId }),
  ];
}

/** Adds entries that belong to no state change. */
export async function appendTimeline(
  redis: Redis,
  record: RecordRef,
  entries: readonly TimelineEntry[],
): Promise<void> {
  const commands = timelineCommands(record, entries);
  await runPipeline(redis, commands);
}

/**
 * Adds an entry that belongs to no state change, the first time only: `mark` tells it again for as long as the
 * appointment is kept. The appointment must be there.
 */
export async function appendTimelineOnce(
  redis: Redis,
  record: RecordRef,
  { mark, entry }: { readonly mark: string; readonly entry: TimelineEntry },
): Promise<void> {
  const key = keyspace.appointment(record.connection, record.recordId);
  if ((await redis.hsetnx(key, `told:${mark}`, "")) === 1) {
    await appendTimeline(redis, record, [entry]);
  }
}

/** Reads a record's timeline, oldest first: all of it, or its newest entries. */
export async function readTimeline(
  redis: Redis,
  { connection, recordId }: RecordRef,
  newest = KEPT_ENTRIES,
): Promise<readonly TimelineEntry[]> {
  const lines = await redis.lrange(keyspace.timeline(connection, recordId), -newest, -1);
  return lines.map((line) => timelineEntrySchema.parse(JSON.parse(line)));
}
