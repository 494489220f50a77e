import { type Job, Queue, Worker } from "bullmq";
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
  /** From the first job's due time to the last one's. */
  overMs: z.number(),
  concurrency: z.int().max(256),
});

/** Lateness of jobs that do nothing, in milliseconds from the due time. */
export const drainSchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() });

/** Lets jobs that do nothing become due in the same millisecond, or evenly, and one plain worker take them. */
export async function drainNoops(raw: unknown): Promise<Spread> {
  const { redisUrl, jobs, overMs, concurrency } = requestSchema.parse(raw);
  const redis = openWorkerRedis(redisUrl);
  const queue = new Queue(QUEUE, { connection: redis });
  const dueAtMs = Date.now() + MARGIN_MS + jobs * ADD_MS_PER_JOB;
  for (let from = 0; from < jobs; from += BATCH) {
    const count = Math.min(BATCH, jobs - from);
    const batch = Array.from({ length: count }, (_, at) => {
      const ownDueAtMs = dueAtMs + Math.floor(((from + at) * overMs) / jobs);
      return {
        name: "noop",
        data: { dueAtMs: ownDueAtMs },
        opts: { delay: ownDueAtMs - Date.now(), removeOnComplete: true },
      };
    });
    await queue.addBulk(batch);
  }
  const lateMs = await drain({ redisUrl, jobs, concurrency });
  await queue.close();
  redis.disconnect();
  return spreadOf(lateMs);
}

async function drain({
  redisUrl,
  jobs,
  concurrency,
}: Omit<z.infer<typeof requestSchema>, "overMs">): Promise<readonly number[]> {
  const connection = openWorkerRedis(redisUrl);
  const lateMs: number[] = [];
  const { promise: allDone, resolve } = deferred();
  const work = async ({ data }: Job<{ readonly dueAtMs: number }>) => {
    lateMs.push(performance.timeOrigin + performance.now() - data.dueAtMs);
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
