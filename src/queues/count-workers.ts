import type { Redis } from "ioredis";
import { queueBase } from "./queue-base.ts";
import { StampedQueue } from "./stamped-queue.ts";
import { UPKEEP_QUEUE } from "./upkeep.ts";

/** Counts the processes that work on the queues. */
export interface WorkerCount {
  /** How many are connected now; a killed one is gone at once. */
  read(): Promise<number>;
  close(): Promise<void>;
}

/** Counts by a queue on which every worker process has one BullMQ worker; on some it has several. */
export function openWorkerCount(redis: Redis): WorkerCount {
  const queue = new StampedQueue(UPKEEP_QUEUE, queueBase(redis));
  return { read: () => queue.getWorkersCount(), close: () => queue.close() };
}
