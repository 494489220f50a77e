import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { ClearRef } from "../domain/clear.ts";
import { type DeliveryRef, deliveryIdOf, type PlannedDelivery } from "../domain/delivery.ts";
import { hastenJobs } from "./hasten-jobs.ts";
import { KEEP_FINISHED, QUEUE_PREFIX } from "./queue-settings.ts";

/** The queue of prompts on their way to one device each. */
export const DELIVERIES_QUEUE = "deliveries";

/** The deliveries of all reps. */
export interface DeliveriesQueue {
  readonly queue: Queue;
  /** Adds one job per delivery, to be taken up at once; the same prompt to the same device is one job. */
  add(deliveries: readonly DeliveryRef[]): Promise<void>;
  /** Adds jobs that wait for their rung of the ladder. */
  addPlanned(deliveries: readonly PlannedDelivery[]): Promise<void>;
  /** Adds one delivery again although its job was seen, under an id of its own. */
  replay(delivery: DeliveryRef, replayId: string): Promise<void>;
  /** Takes up the earliest of these deliveries that wait for their rung, unless one is under way. */
  hasten(deliveries: readonly DeliveryRef[]): Promise<void>;
  /** Adds one clearing per device; a device is cleared once per prompt. */
  clear(clears: readonly ClearRef[]): Promise<void>;
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
  const addPlanned: DeliveriesQueue["addPlanned"] = async (deliveries) => {
    const [only, ...more] = deliveries.map(deliverJob);
    if (only !== undefined && more.length === 0) {
      // Most reps have one device, and a bulk of one costs more.
      await queue.add(only.name, only.data, only.opts);
    } else if (only !== undefined) {
      await queue.addBulk([only, ...more]);
    }
  };
  return {
    queue,
    add: (deliveries) => addPlanned(deliveries.map((ref) => ({ ...ref, afterMs: 0 }))),
    addPlanned,
    replay: async (delivery, replayId) => {
      await queue.add("deliver", delivery, { jobId: replayId });
    },
    hasten: (deliveries) =>
      hastenJobs(
        queue,
        deliveries.map(({ promptId, deviceId }) => deliveryIdOf(promptId, deviceId)),
      ),
    clear: async (clears) => {
      await queue.addBulk(
        clears.map((ref) => ({
          name: "clear",
          data: ref,
          opts: { jobId: `${deliveryIdOf(ref.clears, ref.deviceId)}-clear`, attempts: 5 },
        })),
      );
    },
  };
}

function deliverJob({ afterMs, ...ref }: PlannedDelivery) {
  const jobId = deliveryIdOf(ref.promptId, ref.deviceId);
  return {
    name: "deliver",
    data: ref,
    opts: afterMs === 0 ? { jobId } : { jobId, delay: afterMs },
  };
}
