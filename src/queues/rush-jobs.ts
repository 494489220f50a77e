import type { Queue } from "bullmq";
import { type DeliveryRef, deliveryIdOf } from "../domain/delivery.ts";

/** Has all of these deliveries taken up now: those that wait for their rung, and those that never had a job. */
export async function rushJobs(queue: Queue, deliveries: readonly DeliveryRef[]): Promise<void> {
  await Promise.all(
    deliveries.map(async (ref) => {
      const jobId = deliveryIdOf(ref.promptId, ref.deviceId);
      // Adding one that is known changes nothing.
      const job = await queue.add("deliver", ref, { jobId });
      const known = await queue.getJob(job.id ?? jobId);
      if (await known?.isDelayed()) {
        // Its moment may have come just now.
        await known?.promote().catch(() => undefined);
      }
    }),
  );
}
