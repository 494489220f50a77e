import type { Job } from "bullmq";
import { rememberHeldJob } from "../src/books/hold-book.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";

/** Puts a job off because its connection is on hold; a release takes it up at once. */
export async function putOffHeld(
  { redis }: Pick<WorkerKit, "redis">,
  { id = "", queueName }: Job,
  { connection, afterMs }: { readonly connection: string; readonly afterMs: number },
): Promise<JobOutcome> {
  await rememberHeldJob(redis, connection, { queue: queueName, jobId: id });
  return { kind: "later", afterMs };
}
