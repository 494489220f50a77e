import type { Queue } from "bullmq";

/** Takes up delayed jobs of a queue now; what is at work, done or gone is passed over. */
export async function promoteJobs(queue: Queue, jobIds: readonly string[]): Promise<void> {
  await Promise.all(
    jobIds.map(async (jobId) => {
      const job = await queue.getJob(jobId);
      // Its moment may have come just now.
      await job?.promote().catch(() => undefined);
    }),
  );
}
