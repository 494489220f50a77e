import type { Job } from "bullmq";
import { park, parkedIdOf } from "../src/books/parked-book.ts";
import { appendTimeline } from "../src/books/timeline-book.ts";
import { deliveryIdOf } from "../src/domain/delivery.ts";
import { mendIdOf } from "../src/domain/siro-mend.ts";
import { writeBackIdOf } from "../src/domain/write-back.ts";
import { keyspace } from "../src/keyspace.ts";
import { DELIVERIES_QUEUE } from "../src/queues/deliveries.ts";
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
  await park(redis, {
    ...parked,
    id: parkedIdOf(connection, `${queueOf(work, job)}-${keyOf(parked, job)}`),
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

/** The first attempt of a delivery may be made in the job of its prompt. */
function queueOf({ kind }: ParkOutcome["work"], { queueName }: Job): string {
  return kind === "delivery" ? DELIVERIES_QUEUE : queueName;
}

/**
 * Replayed work runs under a job id of its own; what it is about stays the same. Each round that is made time and again has
 * one, too: what keeps it from being made is one trouble for as long as it lasts.
 */
function keyOf({ work, reason }: Omit<ParkOutcome, "kind">, job: Job): string {
  switch (work.kind) {
    case "event":
      return `${work.event.source}-${work.event.eventId}`;
    case "prompt":
      return work.prompt.promptId;
    case "mend":
      return mendIdOf(work.prompt);
    case "sync":
      return work.visit.recordId;
    case "write-back":
      return writeBackIdOf(work.writeBack);
    case "delivery":
      return deliveryIdOf(work.delivery.promptId, work.delivery.deviceId);
    case "unreadable":
      return job.repeatJobKey === undefined ? (job.id ?? "") : `${job.repeatJobKey}-${reason}`;
  }
}
