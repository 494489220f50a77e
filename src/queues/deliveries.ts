import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { ClearRef, PlannedClear } from "../domain/clear.ts";
import { type DeliveryRef, deliveryIdOf, type PlannedDelivery } from "../domain/delivery.ts";
import { createFairTurns } from "./fair-turns.ts";
import { hastenJobs } from "./hasten-jobs.ts";
import { queueBase } from "./queue-base.ts";
import { rushJobs } from "./rush-jobs.ts";
import { StampedQueue } from "./stamped-queue.ts";

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
  /** Takes up all of these deliveries now, whether they wait for their rung or were never added. */
  rush(deliveries: readonly DeliveryRef[]): Promise<void>;
  /** Adds one clearing per device, each to be taken up at its moment; a device is cleared once per prompt and reason. */
  clear(clears: readonly PlannedClear[]): Promise<void>;
}

/** Opens the queue. */
export function createDeliveriesQueue(redis: Redis): DeliveriesQueue {
  const queue = new StampedQueue(DELIVERIES_QUEUE, {
    ...queueBase(redis),
    // How long a finished job is kept is the workers' setting: a job that waits for days need not carry it.
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 500, jitter: 0.3 },
    },
  });
  queue.on("error", () => undefined);
  const turns = createFairTurns(queue);
  const addJobs = async (jobs: readonly DeliveriesJob[]) => {
    const connections = jobs.map(({ data }) => data.connection);
    await turns.look(connections);
    await turns.add(connections, (priorities) =>
      addEach(
        queue,
        jobs.map((job, at) => ({ ...job, opts: { ...job.opts, ...priorities[at] } })),
      ),
    );
  };
  const addPlanned: DeliveriesQueue["addPlanned"] = (deliveries) =>
    addJobs(deliveries.map(deliverJob));
  return {
    queue,
    add: (deliveries) => addPlanned(deliveries.map((ref) => ({ ...ref, afterMs: 0 }))),
    addPlanned,
    replay: (delivery, replayId) =>
      addJobs([{ name: "deliver", data: delivery, opts: { jobId: replayId } }]),
    hasten: (deliveries) =>
      hastenJobs(
        queue,
        deliveries.map(({ promptId, deviceId }) => deliveryIdOf(promptId, deviceId)),
      ),
    rush: (deliveries) => rushJobs(queue, deliveries),
    clear: (clears) => addJobs(clears.map(clearJob)),
  };
}

interface DeliveriesJob {
  readonly name: string;
  readonly data: DeliveryRef | ClearRef;
  readonly opts: JobsOptions;
}

async function addEach(queue: Queue, jobs: DeliveriesJob[]): Promise<void> {
  const [only, ...more] = jobs;
  if (only !== undefined && more.length === 0) {
    // Most reps have one device, and a bulk of one costs more.
    await queue.add(only.name, only.data, only.opts);
  } else if (only !== undefined) {
    await queue.addBulk([only, ...more]);
  }
}

function deliverJob({ afterMs, ...ref }: PlannedDelivery) {
  const jobId = deliveryIdOf(ref.promptId, ref.deviceId);
  return {
    name: "deliver",
    data: ref,
    opts: afterMs === 0 ? { jobId } : { jobId, delay: afterMs },
  };
}

function clearJob({ afterMs = 0, ...ref }: PlannedClear) {
  const opts = { jobId: clearIdOf(ref), attempts: 5 };
  return { name: "clear", data: ref, opts: afterMs === 0 ? opts : { ...opts, delay: afterMs } };
}

function clearIdOf({ clears, deviceId, why }: ClearRef): string {
  const deliveryId = deliveryIdOf(clears, deviceId);
  return why === "answered" ? `${deliveryId}-clear` : `${why}-${deliveryId}`;
}
