import type { Job } from "bullmq";

/** How long a job is locked at a time; a killed worker's jobs run again after that and the next look for them. */
export const LOCK_MS = 10_000;
/** Shorter waits are far from the end of a lock. */
const LONG_WAIT_MS = 2_500;

/**
 * Says whether a job waited in this process so long to begin that another run may take it over; otherwise it is ours for the
 * whole time of a lock again.
 *
 * BullMQ fetches as many jobs as may run before it begins the first, and keeps the locks of those alone that have begun: on a
 * machine that is too busy a thousand fetches take longer than a lock lasts.
 */
export async function isTakenOver(job: Job, token: string | undefined): Promise<boolean> {
  const nowMs = Date.now();
  const waitedMs = nowMs - (job.processedOn ?? nowMs);
  return waitedMs > LONG_WAIT_MS && (await job.extendLock(token ?? "", LOCK_MS)) === 0;
}
