import type { Job, Queue } from "bullmq";

/** Jobs of one rung are added together, so their moments lie closer together than those of two rungs. */
const SAME_MOMENT_MS = 250;
const AT_WORK: ReadonlySet<string> = new Set(["waiting", "prioritized", "active"]);

/**
 * Takes up the earliest of some delayed jobs now, together with those of the same moment.
 *
 * Does nothing while one of them waits or is at work already; ids without a job are passed over.
 */
export async function hastenJobs(queue: Queue, jobIds: readonly string[]): Promise<void> {
  const jobs = await Promise.all(
    jobIds.map((jobId): Promise<Job | undefined> => queue.getJob(jobId)),
  );
  const known = await Promise.all(
    jobs
      .filter((job) => job !== undefined)
      .map(async (job) => ({ job, state: await job.getState() })),
  );
  if (known.some(({ state }) => AT_WORK.has(state))) {
    return;
  }
  const delayed = known.filter(({ state }) => state === "delayed").map(({ job }) => job);
  const firstMs = Math.min(...delayed.map(momentMs));
  await Promise.all(
    delayed.filter((job) => momentMs(job) <= firstMs + SAME_MOMENT_MS).map(promoteIfDelayed),
  );
}

function momentMs({ timestamp, delay }: Job): number {
  return timestamp + delay;
}

/** Its moment may have come just now. */
async function promoteIfDelayed(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (await job.isDelayed()) {
      throw error;
    }
  }
}
