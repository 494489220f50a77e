import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { keyspace } from "../src/keyspace.ts";
import { openProducerRedis, untilReady } from "../src/redis.ts";
import { isStoreNewer, type StoreStep, takeUpStore } from "../src/take-up-store.ts";
import { type RedisServer, startRedisServer } from "./support/redis-server.ts";

let server: RedisServer;
let redis: ReturnType<typeof openProducerRedis>;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openProducerRedis(server.url);
  await untilReady(redis, 10_000);
});
beforeEach(async () => {
  await redis.flushall();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const number = () => redis.get(keyspace.storeSchema());

/** Steps that write down that they ran. */
function stepsTo(...numbers: readonly number[]): readonly StoreStep[] {
  return numbers.map((to) => ({
    to,
    run: async () => {
      await redis.rpush("steps", to);
    },
  }));
}

const steps = () => redis.lrange("steps", 0, -1);

describe("taking up the store", () => {
  test("numbers one that is new, or from before there were numbers", async () => {
    await takeUpStore(redis);
    expect(await number()).toBe("1");
    expect(await isStoreNewer(redis)).toBe(false);
  });

  test("refuses one that a newer version wrote, and leaves it as it is", async () => {
    await redis.set(keyspace.storeSchema(), 2);
    await expect(takeUpStore(redis)).rejects.toMatchObject({
      code: "STORE_NEWER",
      message: expect.stringContaining("written by a newer siro-bridge"),
    });
    expect(await redis.keys("*")).toEqual([keyspace.storeSchema()]);
    expect(await isStoreNewer(redis)).toBe(true);
  });

  test.each(["src/web.js", "workers/main.js"])("ends %s with the reason", async (entry) => {
    await redis.set(keyspace.storeSchema(), 2);
    const { status, stderr } = spawnSync(process.execPath, [resolve("dist", entry)], {
      env: { REDIS_URL: server.url, DATA_DIR: join(server.dir, "data"), PORT: "1" },
      encoding: "utf8",
      timeout: 30_000,
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^siro-bridge: this store was written by a newer siro-bridge/),
    });
    expect(await redis.keys("*")).toEqual([keyspace.storeSchema()]);
  }, 40_000);

  test("refuses one whose number nobody can read", async () => {
    await redis.set(keyspace.storeSchema(), "2b");
    await expect(takeUpStore(redis)).rejects.toMatchObject({ code: "STORE_NEWER" });
  });

  test("upgrades an older one step by step, once, however many start at the same time", async () => {
    await redis.set(keyspace.storeSchema(), 2);
    const form = { schema: 4, steps: stepsTo(2, 3, 4) };
    await Promise.all([1, 2, 3].map(() => takeUpStore(redis, form)));
    expect(await steps()).toEqual(["3", "4"]);
    expect(await number()).toBe("4");
  });

  test("goes on after the step that was done last, when an upgrade breaks in the middle", async () => {
    const broken: StoreStep = { to: 3, run: () => Promise.reject(new Error("killed")) };
    const first = { schema: 3, steps: [...stepsTo(2), broken] };
    await expect(takeUpStore(redis, first)).rejects.toThrow("killed");
    expect(await number()).toBe("2");
    await takeUpStore(redis, { schema: 3, steps: stepsTo(2, 3) });
    expect(await steps()).toEqual(["2", "3"]);
  });
});
