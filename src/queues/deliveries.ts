import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type DeliveryRef, deliveryIdOf } from "../domain/delivery.ts";
import { KEEP_FINISHED, QUEUE_PREFIX } from "./queue-settings.ts";

/** The queue of prompts on their way to one device each. */
export const DELIVERIES_QUEUE = "deliveries";

/** The deliveries of all reps. */
export interface DeliveriesQueue {
  readonly queue: Queue;
  /** Adds one job per delivery; the same prompt to the same device is one job. */
  add(deliveries: readonly DeliveryRef[]): Promise<void>;
  /** Adds one delivery again although its job was seen, under an id of its own. */
  replay(delivery: DeliveryRef, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createDeliveriesQueue(redis: Redis): DeliveriesQueue {
  const queue = new Queue(DELIVERIES_QUEUE, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 500, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    add: async (deliveries) => {
      const [only, ...more] = deliveries;
      if (only !== undefined && more.length === 0) {
        // Most reps have one device, and a bulk of one costs more.
        await queue.add("deliver", only, { jobId: deliveryIdOf(only.promptId, only.deviceId) });
      } else if (only !== undefined) {
        await queue.addBulk(
          deliveries.map((ref) => ({
            name: "deliver",
            data: ref,
            opts: { jobId: deliveryIdOf(ref.promptId, ref.deviceId) },
          })),
        );
      }
    },
    replay: async (delivery, replayId) => {
      await queue.add("deliver", delivery, { jobId: replayId });
    },
  };
}
