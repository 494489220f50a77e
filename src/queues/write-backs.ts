import type { BulkJobOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type WriteBackRef, writeBackIdOf } from "../domain/write-back.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of values on their way to the CRM's records. */
export const WRITE_BACKS_QUEUE = "write-backs";

/** A job is added before its plan is committed, and the commit is milliseconds away. */
const AFTER_PLAN_MS = 300;

/** The writes to the records of all connections. */
export interface WriteBacksQueue {
  readonly queue: Queue;
  /** Adds one job per record, kind and prompt; while it waits, the same write is one job. */
  add(refs: readonly WriteBackRef[]): Promise<void>;
  /** Adds one write again, under a job id of its own. */
  replay(ref: WriteBackRef, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createWriteBacksQueue(redis: Redis): WriteBacksQueue {
  const queue = new StampedQueue(WRITE_BACKS_QUEUE, {
    ...queueBase(redis),
    defaultJobOptions: {
      attempts: 12,
      backoff: { type: "exponential", delay: 1000, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    add: async (refs) => {
      if (refs.length > 0) {
        await queue.addBulk(
          refs.map((ref) => ({
            name: ref.kind,
            data: ref,
            opts: { jobId: writeBackIdOf(ref), ...optionsOf(ref) },
          })),
        );
      }
    },
    replay: async (ref, replayId) => {
      await queue.add(ref.kind, ref, { jobId: replayId });
    },
  };
}

function optionsOf({ awaits }: WriteBackRef): BulkJobOptions {
  if (awaits === "recorded") {
    // A prompt may begin several recordings: a finished write must not stand in the way of the next one's.
    return { removeOnComplete: true };
  }
  return awaits === "sent" ? {} : { delay: AFTER_PLAN_MS };
}
