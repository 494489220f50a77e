import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { checkHistories } from "../../chaos/model/check-histories.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { startRedisServer } from "../support/redis-server.ts";

const HISTORIES = 200;

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;

beforeAll(async () => {
  // What is looked at is order and crashes, not the disk.
  server = await startRedisServer({ args: ["--appendonly", "no"] });
  redis = openWorkerRedis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test("random histories end in the model's plan and in exactly its pushes, whatever the order and whoever dies", async () => {
  const seed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  expect(await checkHistories(redis, { count: HISTORIES, seed })).toBeUndefined();
}, 60_000);
