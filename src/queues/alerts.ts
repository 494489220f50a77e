import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { AlertSending } from "../domain/alert.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of looks for something wrong, and of the notices on their way to people. */
export const ALERTS_QUEUE = "alerts";

/** The name of the job that looks; every other one sends. */
export const ALERT_LOOK = "look";

const EVERY_MS = 30_000;

/** The alerts of the whole bridge. */
export interface AlertsQueue {
  readonly queue: Queue;
  /** Makes sure that somebody looks every half minute; every worker may call it. */
  schedule(): Promise<void>;
  /** Adds one job per notice and road; adding the same again changes nothing. */
  send(sendings: readonly AlertSending[]): Promise<void>;
}

/** Opens the queue. */
export function createAlertsQueue(redis: Redis): AlertsQueue {
  const kept = { removeOnComplete: KEEP_FINISHED, removeOnFail: KEEP_FINISHED };
  const queue = new StampedQueue(ALERTS_QUEUE, {
    ...queueBase(redis),
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 1_000, jitter: 0.3 },
      ...kept,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    schedule: async () => {
      await queue.upsertJobScheduler(
        "every-half-minute",
        { every: EVERY_MS },
        { name: ALERT_LOOK, opts: { attempts: 1, ...kept } },
      );
    },
    send: async (sendings) => {
      if (sendings.length > 0) {
        await queue.addBulk(sendings.map(sendJob));
      }
    },
  };
}

function sendJob(sending: AlertSending) {
  const jobId = `${sending.notice.noticeId}-${sending.road}`;
  return { name: "send", data: sending, opts: { jobId } };
}
