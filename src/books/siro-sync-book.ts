import type { Redis } from "ioredis";
import { z } from "zod";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, runPipeline } from "../redis-script.ts";
import { type RecordRef, timelineCommands } from "./timeline-book.ts";

/** As long as appointments are kept after their end, and as far ahead as they are planned. */
const KEPT_SECONDS = 210 * 86_400;

const syncNoteSchema = z.object({
  /** Of the visit as Siro has it from us; absent while Siro has none. */
  digest: z.string().optional(),
  /** The visit's timeline says that nothing is put to Siro. */
  isRefused: z.stringbool().optional(),
});

/** What was put to Siro about one visit. */
export type SyncNote = Readonly<z.infer<typeof syncNoteSchema>>;

/** Reads what was put to Siro about a visit. */
export async function readSyncNote(
  redis: Redis,
  { connection, recordId }: RecordRef,
): Promise<SyncNote> {
  return syncNoteSchema.parse(await redis.hgetall(keyspace.siroSync(connection, recordId)));
}

/** Notes what was put to Siro together with what the timeline says about it; what is not named stays as it was. */
export async function saveSyncNote(
  redis: Redis,
  record: RecordRef,
  { note, entries }: { readonly note: SyncNote; readonly entries: readonly TimelineEntry[] },
): Promise<void> {
  const key = keyspace.siroSync(record.connection, record.recordId);
  await runPipeline(redis, [
    ...Object.entries(note).map(([field, value]): RedisCommand => ["HSET", key, field, `${value}`]),
    ["EXPIRE", key, KEPT_SECONDS],
    ...timelineCommands(record, entries),
  ]);
}
