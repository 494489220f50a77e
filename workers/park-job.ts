import type { Job } from "bullmq";
import { park, parkedIdOf } from "../src/books/parked-book.ts";
import { appendTimeline } from "../src/books/timeline-book.ts";
import { keyspace } from "../src/keyspace.ts";
import type { ParkOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";

/** Parks a job's work under an id that the same work always gets, and says so on the timeline. */
export async function parkJob(
  { redis, events }: Pick<WorkerKit, "redis" | "events">,
  { kind: _, ...parked }: ParkOutcome,
  job: Job,
): Promise<void> {
  const nowMs = Date.now();
  const { connection, recordId, reason, detail, work } = parked;
  // A replayed event runs under a job id of its own; what it is about stays the same.
  const key = work.kind === "event" ? `${work.event.source}-${work.event.eventId}` : job.id;
  await park(redis, {
    ...parked,
    id: parkedIdOf(connection, `${job.queueName}-${key ?? ""}`),
    firstParkedAtMs: nowMs,
    lastParkedAtMs: nowMs,
  });
  if (recordId !== undefined) {
    await appendTimeline(redis, { connection, recordId }, [
      {
        atMs: nowMs,
        kind: "work.parked",
        text: `Parked: ${reason}. ${detail}`,
        ...(work.kind === "event" ? { eventId: work.event.eventId } : {}),
      },
    ]);
  }
  const last = JSON.stringify({ atMs: nowMs, message: detail });
  await redis.hset(keyspace.lastErrors(), reason, last);
  events.jobParked(job, reason);
}
