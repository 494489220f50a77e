import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of the bridge's own housekeeping. */
export const UPKEEP_QUEUE = "upkeep";

const EVERY_MS = 60_000;

/** The housekeeping that runs once a minute, in whichever worker is free. */
export interface UpkeepQueue {
  readonly queue: Queue;
  /** Makes sure the minute's job exists; every worker may call it. */
  schedule(): Promise<void>;
}

/** Opens the queue. */
export function createUpkeepQueue(redis: Redis): UpkeepQueue {
  const queue = new StampedQueue(UPKEEP_QUEUE, queueBase(redis));
  queue.on("error", () => undefined);
  return {
    queue,
    schedule: async () => {
      await queue.upsertJobScheduler(
        "every-minute",
        { every: EVERY_MS },
        { name: "upkeep", opts: { removeOnComplete: KEEP_FINISHED, removeOnFail: KEEP_FINISHED } },
      );
    },
  };
}
