import type { Redis } from "ioredis";
import { z } from "zod";
import { type MendJob, type MendRef, mendJobSchema } from "../domain/siro-mend.ts";
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
  /** When a dry run said what would be done about its link; nothing was. */
  dryRunAtMs: z.coerce.number().optional(),
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
  ref: MendRef,
  { note, entries }: { readonly note: MendNote; readonly entries: readonly TimelineEntry[] },
): Promise<void> {
  const { connection, recordingId } = ref;
  const key = keyspace.siroMend(connection, recordingId);
  await runPipeline(redis, [
    ...Object.entries(note).flatMap(([field, atMs = 0]): RedisCommand[] =>
      atMs === 0 ? [] : [["HSETNX", key, field, atMs]],
    ),
    ["EXPIRE", key, KEPT_SECONDS],
    ...dryRunCommands(ref, note),
    ...timelineCommands(ref, entries),
  ]);
}

/** What only a dry run looked at is kept on a list, until it is settled or as old as its visit may be. */
function dryRunCommands(ref: MendRef, { dryRunAtMs, settledAtMs }: MendNote): RedisCommand[] {
  const { connection, userId, recordId, promptId, recordingId } = ref;
  const key = keyspace.siroDryRuns(connection);
  const member = JSON.stringify({ userId, recordId, promptId, recordingId });
  return [
    ...(dryRunAtMs === undefined
      ? []
      : ([
          ["ZADD", key, dryRunAtMs, member],
          ["ZREMRANGEBYSCORE", key, "-inf", dryRunAtMs - KEPT_SECONDS * 1000],
        ] satisfies RedisCommand[])),
    ...(settledAtMs === undefined ? [] : ([["ZREM", key, member]] satisfies RedisCommand[])),
  ];
}

/** Lists the recordings about which a dry run said what would be done, and nothing was done since. */
export async function listDryRuns(redis: Redis, connection: string): Promise<readonly MendJob[]> {
  const members = await redis.zrange(keyspace.siroDryRuns(connection), "0", "-1");
  return members.map((member) => mendJobSchema.parse({ connection, ...JSON.parse(member) }));
}
