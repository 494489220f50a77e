import { createHash } from "node:crypto";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { MendRef } from "../domain/siro-mend.ts";
import { KEEP_FINISHED, QUEUE_PREFIX } from "./queue-settings.ts";

/** The queue of recordings that are looked after in Siro: their title, and what they hang on. */
export const SIRO_MENDS_QUEUE = "siro-mends";

/** The last reports about a recording come together. */
const AFTER_REPORT_MS = 2_000;

/** The recordings of all connections that are looked after. */
export interface SiroMendsQueue {
  readonly queue: Queue;
  /** Adds one recording; one that waits already is not added again. */
  add(ref: MendRef): Promise<void>;
}

/** Opens the queue. */
export function createSiroMendsQueue(redis: Redis): SiroMendsQueue {
  const queue = new Queue(SIRO_MENDS_QUEUE, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    defaultJobOptions: {
      attempts: 12,
      backoff: { type: "exponential", delay: 5_000, jitter: 0.3 },
      removeOnComplete: true,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    add: async (ref) => {
      await queue.add("mend", ref, { jobId: jobIdOf(ref), delay: AFTER_REPORT_MS });
    },
  };
}

/** A digest: Siro's ids are of any form, and BullMQ takes no colon. */
function jobIdOf({ connection, recordingId }: MendRef): string {
  const digest = createHash("sha256").update(recordingId).digest("base64url");
  return `${connection}-${digest.slice(0, 27)}`;
}
