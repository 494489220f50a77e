import { Queue, Worker } from "bullmq";
import { z } from "zod";
import { openWorkerRedis } from "../../src/redis.ts";
import { type Spread, spreadOf } from "../statistics.ts";

const QUEUE = "noop";
const BATCH = 1000;
/** Adding must be over before the jobs are due. */
const ADD_MS_PER_JOB = 0.5;
const MARGIN_MS = 2_000;

const requestSchema = z.object({
  redisUrl: z.string(),
  jobs: z.int().max(20_000),
  concurrency: z.int().max(256),
});

/** Lateness of jobs that do nothing, in milliseconds from the due time. */
export const drainSchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() });

/** Lets jobs that do nothing become due in the same millisecond, and one plain worker take them. */
export async function drainNoops(raw: unknown): Promise<Spread> {
  const { redisUrl, jobs, concurrency } = requestSchema.parse(raw);
  const redis = openWorkerRedis(redisUrl);
  const queue = new Queue(QUEUE, { connection: redis });
  const dueAtMs = Date.now() + MARGIN_MS + jobs * ADD_MS_PER_JOB;
  for (let from = 0; from < jobs; from += BATCH) {
    const count = Math.min(BATCH, jobs - from);
    const batch = Array.from({ length: count }, () => ({
      name: "noop",
      data: {},
      opts: { delay: dueAtMs - Date.now(), removeOnComplete: true },
    }));
    await queue.addBulk(batch);
  }
  const lateMs = await drain({ redisUrl, jobs, concurrency }, dueAtMs);
  await queue.close();
  redis.disconnect();
  return spreadOf(lateMs);
}

async function drain(
  { redisUrl, jobs, concurrency }: z.infer<typeof requestSchema>,
  dueAtMs: number,
): Promise<readonly number[]> {
  const connection = openWorkerRedis(redisUrl);
  const lateMs: number[] = [];
  const { promise: allDone, resolve } = deferred();
  const work = async () => {
    lateMs.push(performance.timeOrigin + performance.now() - dueAtMs);
    if (lateMs.length === jobs) {
      resolve();
    }
  };
  const worker = new Worker(QUEUE, work, { connection, concurrency });
  await allDone;
  await worker.close();
  connection.disconnect();
  return lateMs;
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
