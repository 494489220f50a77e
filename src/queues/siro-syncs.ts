import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { SyncRef } from "../domain/siro-sync.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of visits that are put to Siro as engagements. */
export const SIRO_SYNCS_QUEUE = "siro-syncs";

/** Changes of one visit that come together are put together. */
const AFTER_PLAN_MS = 500;

/** The visits of all connections that are put to Siro. */
export interface SiroSyncsQueue {
  readonly queue: Queue;
  /** Adds visits; `because` tells one change from another, and the same change is one job. */
  add(refs: readonly SyncRef[], because: string): Promise<void>;
  /** Adds one visit again, under a job id of its own. */
  replay(ref: SyncRef, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createSiroSyncsQueue(redis: Redis): SiroSyncsQueue {
  const queue = new StampedQueue(SIRO_SYNCS_QUEUE, {
    ...queueBase(redis),
    defaultJobOptions: {
      attempts: 12,
      backoff: { type: "exponential", delay: 2_000, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    add: async (refs, because) => {
      await queue.addBulk(
        refs.map((ref) => ({
          name: "sync",
          data: ref,
          opts: { jobId: [ref.connection, ref.recordId, because].join("-"), delay: AFTER_PLAN_MS },
        })),
      );
    },
    replay: async (ref, replayId) => {
      await queue.add("sync", ref, { jobId: replayId });
    },
  };
}
