import type { Redis } from "ioredis";
import { CRM_EVENTS_QUEUE } from "./crm-events.ts";
import { queueBase } from "./queue-base.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** Counts the processes that work on the queues. */
export interface WorkerCount {
  /** How many are connected now; a killed one is gone at once. */
  read(): Promise<number>;
  close(): Promise<void>;
}

/** Counts by the queue that every worker process works on. */
export function openWorkerCount(redis: Redis): WorkerCount {
  const queue = new StampedQueue(CRM_EVENTS_QUEUE, queueBase(redis));
  return { read: () => queue.getWorkersCount(), close: () => queue.close() };
}
