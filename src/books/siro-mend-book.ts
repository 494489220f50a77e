import type { Redis } from "ioredis";
import { z } from "zod";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, runPipeline } from "../redis-script.ts";
import { type RecordRef, timelineCommands } from "./timeline-book.ts";

/** As long as appointments are kept. */
const KEPT_SECONDS = 30 * 86_400;

const mendNoteSchema = z.object({
  /** When the recording was first seen to be processed. */
  processedAtMs: z.coerce.number().optional(),
  titledAtMs: z.coerce.number().optional(),
  /** When its link was settled: mended, found right, or given up. */
  settledAtMs: z.coerce.number().optional(),
});

/** What is known about the mending of one recording; each of it happens once. */
export type MendNote = Readonly<z.infer<typeof mendNoteSchema>>;

/** Reads what was done about a recording. */
export async function readMendNote(
  redis: Redis,
  connection: string,
  recordingId: string,
): Promise<MendNote> {
  return mendNoteSchema.parse(await redis.hgetall(keyspace.siroMend(connection, recordingId)));
}

/** Notes when a recording was first seen to be processed, and says so on the timeline that first time only. */
export async function noteProcessed(
  redis: Redis,
  { connection, recordId, recordingId }: RecordRef & { readonly recordingId: string },
  entry: TimelineEntry,
): Promise<void> {
  const key = keyspace.siroMend(connection, recordingId);
  const isFirst = (await redis.hsetnx(key, "processedAtMs", entry.atMs)) === 1;
  await runPipeline(redis, [
    ["EXPIRE", key, KEPT_SECONDS],
    ...(isFirst ? timelineCommands({ connection, recordId }, [entry]) : []),
  ]);
}

/** Notes what was done about a recording together with its proof on the timeline; the first time of each stays. */
export async function saveMendNote(
  redis: Redis,
  { connection, recordId, recordingId }: RecordRef & { readonly recordingId: string },
  { note, entries }: { readonly note: MendNote; readonly entries: readonly TimelineEntry[] },
): Promise<void> {
  const key = keyspace.siroMend(connection, recordingId);
  await runPipeline(redis, [
    ...Object.entries(note).flatMap(([field, atMs = 0]): RedisCommand[] =>
      atMs === 0 ? [] : [["HSETNX", key, field, atMs]],
    ),
    ["EXPIRE", key, KEPT_SECONDS],
    ...timelineCommands({ connection, recordId }, entries),
  ]);
}
