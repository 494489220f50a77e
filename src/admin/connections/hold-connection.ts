import type { Redis } from "ioredis";
import { placeHold, readHold, releaseHold, takeHeldJobs } from "../../books/hold-book.ts";
import type { Hold } from "../../domain/hold.ts";
import { promoteJobs } from "../../queues/promote-jobs.ts";
import type { AdminQueues } from "../admin-queues.ts";

/** What holding needs from the world. */
export interface HoldConnectionDeps {
  readonly redis: Redis;
  readonly queues: Pick<AdminQueues, "prompts" | "deliveries">;
  readonly nowMs: () => number;
}

/** Taken up together; the queues do not wait for one another. */
const JOBS_AT_ONCE = 200;

/** Puts a connection on hold; from here on nothing of it is sent. Resolves to the hold that stands. */
export async function holdConnection(
  { redis, nowMs }: HoldConnectionDeps,
  connection: string,
  by: string,
): Promise<Hold> {
  const hold = { by, sinceMs: nowMs() };
  await placeHold(redis, connection, hold);
  return (await readHold(redis, connection)) ?? hold;
}

/** Ends a hold, and takes up at once what waited for that; resolves to the hold that ended. */
export async function releaseConnection(
  { redis, queues }: HoldConnectionDeps,
  connection: string,
): Promise<Hold | undefined> {
  const hold = await releaseHold(redis, connection);
  for (;;) {
    const jobs = await takeHeldJobs(redis, connection, JOBS_AT_ONCE);
    if (jobs.length === 0) {
      return hold;
    }
    await Promise.all(
      [queues.prompts.queue, queues.deliveries.queue].map((queue) =>
        promoteJobs(
          queue,
          jobs.filter((job) => job.queue === queue.name).map(({ jobId }) => jobId),
        ),
      ),
    );
  }
}
