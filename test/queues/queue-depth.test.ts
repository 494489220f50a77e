import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DelayedError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { queuePrefix } from "../../src/keyspace.ts";
import { readQueueDepth } from "../../src/queues/queue-depth.ts";
import { createWriteBacksQueue, type WriteBacksQueue } from "../../src/queues/write-backs.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const HOUR_MS = 3_600_000;

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;
let writeBacks: WriteBacksQueue;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
  writeBacks = createWriteBacksQueue(redis);
});

afterAll(async () => {
  await writeBacks.queue.close();
  redis.disconnect();
  await server.stop();
});

describe("how full a queue is", () => {
  test("a job that was put off while it was worked on waits from then on, not from its beginning", async () => {
    const { queue } = writeBacks;
    const addedAtMs = Date.now() - 10 * HOUR_MS;
    await queue.add("prompt-sent", {}, { jobId: "rests", timestamp: addedAtMs });
    const worker = new Worker(
      queue.name,
      async (job, token) => {
        await job.moveToDelayed(Date.now() + HOUR_MS, token);
        throw new DelayedError();
      },
      { connection: redis, prefix: queuePrefix() },
    );
    await until(async () => (await queue.getDelayedCount()) === 1, {
      timeoutMs: 5_000,
      what: "the job to be put off",
    });
    await worker.close();
    const nowMs = Date.now();
    expect(await readQueueDepth(queue, nowMs)).toMatchObject({ delayed: 1, oldestWaitingMs: 0 });
    const later = await readQueueDepth(queue, nowMs + 2 * HOUR_MS);
    expect(Math.abs(later.oldestWaitingMs - HOUR_MS)).toBeLessThan(5_000);
  });
});

describe("the writes that a recording asks for", () => {
  test("a finished one does not stand in the way of the next one of the same prompt", async () => {
    const { queue } = writeBacks;
    const ref = {
      connection: "acme",
      recordId: "08p000000000001AAA",
      kind: "recording-stopped",
      promptId: "p1",
      awaits: "recorded",
    } as const;
    await writeBacks.add([ref]);
    const worker = new Worker(queue.name, async () => undefined, {
      connection: redis,
      prefix: queuePrefix(),
    });
    await until(
      async () => (await queue.getWaitingCount()) + (await queue.getActiveCount()) === 0,
      { timeoutMs: 5_000, what: "the write to be finished" },
    );
    await worker.close();
    await writeBacks.add([ref]);
    expect(await queue.getWaitingCount()).toBe(1);
  });
});
