import type { Job } from "bullmq";

/** How a job that is about to begin is locked. */
interface JobLock {
  readonly token: string | undefined;
  readonly lockMs: number;
}

/**
 * Says whether a job waited in this process so long to begin that another run takes it over; otherwise it is ours for the
 * whole time of a lock again.
 *
 * BullMQ fetches as many jobs as may run before it begins the first, and keeps the locks of those alone that have begun: on a
 * machine that is too busy a thousand fetches take longer than a lock lasts.
 */
export async function isTakenOver(job: Job, { token, lockMs }: JobLock): Promise<boolean> {
  const nowMs = Date.now();
  const waitedMs = nowMs - (job.processedOn ?? nowMs);
  return waitedMs > lockMs / 4 && (await job.extendLock(token ?? "", lockMs)) === 0;
}
