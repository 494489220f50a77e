import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type MendJob, mendIdOf } from "../domain/siro-mend.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of recordings that are looked after in Siro: their title, and what they hang on. */
export const SIRO_MENDS_QUEUE = "siro-mends";

/** The last reports about a recording come together. */
const AFTER_REPORT_MS = 2_000;

/** The recordings of all connections that are looked after. */
export interface SiroMendsQueue {
  readonly queue: Queue;
  /** Adds a recording that a prompt began; one that waits already is not added again. */
  add(ref: MendJob): Promise<void>;
  /** Adds one recording again, under a job id of its own. */
  replay(ref: MendJob, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createSiroMendsQueue(redis: Redis): SiroMendsQueue {
  const queue = new StampedQueue(SIRO_MENDS_QUEUE, {
    ...queueBase(redis),
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
      await queue.add("mend", ref, {
        jobId: `${ref.connection}-${mendIdOf(ref)}`,
        delay: AFTER_REPORT_MS,
      });
    },
    replay: async (ref, replayId) => {
      await queue.add("mend", ref, { jobId: replayId });
    },
  };
}
