import type { Redis } from "ioredis";
import { type TimelineEntry, timelineEntrySchema } from "../domain/timeline-entry.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, runPipeline } from "../redis-script.ts";

/** A noisy record keeps its newest entries. */
const KEPT_ENTRIES = 500;
/** For records that never became an appointment; appointments set their own expiry. */
const KEPT_SECONDS = 30 * 86_400;

/** Where on the timeline an entry belongs. */
export interface RecordRef {
  readonly connection: string;
  readonly recordId: string;
}

/** The commands that add entries to a record's timeline, to be committed with the change they tell of. */
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

/** Reads a record's timeline, oldest first. */
export async function readTimeline(
  redis: Redis,
  { connection, recordId }: RecordRef,
): Promise<readonly TimelineEntry[]> {
  const lines = await redis.lrange(keyspace.timeline(connection, recordId), 0, -1);
  return lines.map((line) => timelineEntrySchema.parse(JSON.parse(line)));
}
