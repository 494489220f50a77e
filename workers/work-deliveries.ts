import type { Job } from "bullmq";
import { attemptDeliveries } from "./attempt-deliveries.ts";
import { clearDeliveries } from "./clear-deliveries.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";

/**
 * Queue adapter of `deliveries`: tells what brings a prompt from what takes one back.
 *
 * @throws {TypeError} for a name that only another version knows; the job is parked.
 */
export function workDeliveries(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  switch (job.name) {
    case "deliver":
      return attemptDeliveries(kit, job, token);
    case "clear":
      return clearDeliveries(kit, job, token);
    default:
      throw new TypeError("The job's name is not known");
  }
}
