import type { Job, Queue } from "bullmq";

/** How full a queue is, and how far behind. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** Since when the oldest job could have been taken up; 0 when none waits. */
  readonly oldestWaitingMs: number;
}

/** Reads how full a queue is; a delayed job whose moment passed counts as one that waits. */
export async function readQueueDepth(queue: Queue, nowMs: number): Promise<QueueDepth> {
  const [counts, ...oldest] = await Promise.all([
    queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed"),
    queue.getJobs(["waiting"], 0, 0, true),
    // In a flood the lowest turn is the oldest.
    queue.getJobs(["prioritized"], 0, 0, true),
    queue.getJobs(["delayed"], 0, 0, true),
  ]);
  const readyMs = oldest.map(([job]) => readyAtMs(job));
  return {
    waiting: (counts["waiting"] ?? 0) + (counts["prioritized"] ?? 0),
    active: counts["active"] ?? 0,
    delayed: counts["delayed"] ?? 0,
    failed: counts["failed"] ?? 0,
    oldestWaitingMs: Math.max(0, nowMs - Math.min(...readyMs)),
  };
}

function readyAtMs(job: Job | undefined): number {
  // A job that was put off while it was worked on waits from then on, not from when it was added.
  return job === undefined
    ? Number.POSITIVE_INFINITY
    : (job.processedOn ?? job.timestamp) + job.delay;
}
