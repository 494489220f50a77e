import { createHash } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { SiroEvent } from "../domain/siro-event.ts";
import { StoreUnavailableError } from "../errors.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of Siro's webhooks that wait to be understood. */
export const SIRO_EVENTS_QUEUE = "siro-events";

/** The webhooks of Siro of all connections. */
export interface SiroEventsQueue {
  readonly queue: Queue;
  /**
   * Stores one event under the id of its message: sent again while the job is known, it adds nothing.
   *
   * Later it adds one more job, which is harmless: what follows from an event is decided by its recording.
   *
   * @throws {StoreUnavailableError} when Redis did not confirm the job.
   */
  put(event: SiroEvent): Promise<"accepted" | "duplicate">;
}

/** Opens the queue on a connection that fails fast. */
export function createSiroEventsQueue(redis: Redis): SiroEventsQueue {
  const queue = new StampedQueue(SIRO_EVENTS_QUEUE, {
    ...queueBase(redis),
    defaultJobOptions: {
      attempts: 12,
      backoff: { type: "exponential", delay: 1000, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return { queue, put: (event) => put(queue, event) };
}

async function put(queue: Queue, event: SiroEvent): Promise<"accepted" | "duplicate"> {
  const jobId = jobIdOf(event);
  const known = await queue.getJob(jobId);
  if (known !== undefined) {
    return "duplicate";
  }
  const job = await queue.add(event.eventType, event, { jobId });
  if (job.id !== jobId) {
    throw new StoreUnavailableError("Redis did not confirm the job");
  }
  return "accepted";
}

/** A digest: message ids come from outside, and BullMQ takes no colon. */
function jobIdOf({ connection, messageId }: SiroEvent): string {
  const digest = createHash("sha256").update(messageId).digest("base64url");
  return `${connection}-${digest.slice(0, 27)}`;
}
