import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { openSiroBudget } from "../../src/books/siro-budget-book.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { clientOf, siroStage } from "./siro-stage.ts";

const { start } = siroStage();
let server: RedisServer;
let redis: Redis;
let other: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
  other = openWorkerRedis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  other.disconnect();
  await server.stop();
});

beforeEach(() => redis.flushall());

describe("the budget of a token", () => {
  test("is shared by all workers: a tenth of the minute at once, then one after another", async () => {
    const workers = [openSiroBudget(redis), openSiroBudget(other)];
    const startedMs = performance.now();
    const waits = await Promise.all(
      Array.from({ length: 200 }, (_, at) => workers[at % 2]?.take("token")),
    );
    const taken = waits.filter((wait) => wait === 0).length;
    // One more for each 67 ms that it took.
    const lateMs = performance.now() - startedMs;
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(101 + lateMs / 66);
    expect(Math.max(...waits.map((wait) => wait ?? 0))).toBeLessThanOrEqual(67);
    expect(await workers[0]?.take("another token")).toBe(0);
  });

  test("never lets more than the limit out in a minute, and comes back by itself", async () => {
    // 60 a minute: 6 at once, and 54 in the course of it.
    const budget = openSiroBudget(redis, 60);
    const startedMs = performance.now();
    const waits = [];
    for (let at = 0; at < 7; at += 1) {
      waits.push(await budget.take("token"));
    }
    expect(waits.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(waits[6]).toBeGreaterThan(1100 - (performance.now() - startedMs));
    expect(waits[6]).toBeLessThanOrEqual(1112);
    await until(async () => (await budget.take("token")) === 0, {
      timeoutMs: 3000,
      what: "the next chance",
    });
    expect(await budget.take("token")).toBeGreaterThan(0);
  });

  test("what can wait gets half of it at most, however much of that is asked for: the rest is there at once", async () => {
    const budget = openSiroBudget(redis);
    const startedMs = performance.now();
    const later = await Promise.all(
      Array.from({ length: 200 }, () => openSiroBudget(other).take("token", "later")),
    );
    const taken = later.filter((wait) => wait === 0).length;
    expect(taken).toBeGreaterThanOrEqual(50);
    // One more for each 133 ms that it took.
    expect(taken).toBeLessThanOrEqual(51 + (performance.now() - startedMs) / 133);
    const soon = await Promise.all(Array.from({ length: 20 }, () => budget.take("token", "soon")));
    expect(soon).toEqual(soon.map(() => 0));
  });

  test("a pause holds for all workers; a shorter one does not end it", async () => {
    const budget = openSiroBudget(redis);
    await budget.pause("token", 30_000);
    await openSiroBudget(other).pause("token", 1000);
    expect(await openSiroBudget(other).take("token")).toBeGreaterThan(29_000);
    expect(await budget.take("another token")).toBe(0);
  });

  test("keeps nothing of the token, and nothing for long", async () => {
    const siro = await start();
    await clientOf(siro, { budget: openSiroBudget(redis, 10) }).readUsers();
    const [key = "", ...more] = await redis.keys("*");
    expect(more).toEqual([]);
    expect(key).toMatch(/^sb:siro-budget:\{[\w-]{22}\}$/);
    expect(key).not.toContain(siro.settings.apiToken);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(6700);
  });
});

describe("a client with a budget", () => {
  test("waits for its turn with what can wait, while what has to be known soon goes ahead", async () => {
    const siro = await start();
    const client = clientOf(siro, { budget: openSiroBudget(redis) });
    const lists = Array.from({ length: 75 }, () => client.readRecordings({ updatedFromMs: 0 }));
    await until(() => siro.calls.length >= 50, {
      timeoutMs: 5000,
      what: "the half of what may go out",
    });
    await Promise.all(Array.from({ length: 10 }, () => client.readMobileEvents({ afterMs: 0 })));
    const listed = siro.calls.filter(({ path }) => path.endsWith("/core/recordings")).length;
    await Promise.all(lists);
    const all = siro.calls.filter(({ path }) => path.endsWith("/core/recordings")).length;
    expect([listed < 75, all]).toEqual([true, 75]);
  });

  test("does not wait through a pause", async () => {
    const siro = await start();
    const budget = openSiroBudget(redis);
    const client = clientOf(siro, { budget });
    siro.faults.inject({ kind: "status", status: 429, retryAfter: "60" });
    await expect(client.readRecordings({ updatedFromMs: 0 })).rejects.toMatchObject({
      code: "SIRO_LIMIT",
    });
    await expect(client.readRecordings({ updatedFromMs: 0 })).rejects.toMatchObject({
      code: "SIRO_LIMIT",
    });
    expect(siro.calls).toHaveLength(1);
  });

  test("sends nothing once it is used up, and says when to come again", async () => {
    const siro = await start();
    const client = clientOf(siro, { budget: openSiroBudget(redis, 10) });
    await client.readUsers();
    await expect(client.readUsers()).rejects.toMatchObject({
      code: "SIRO_LIMIT",
      retryAfterMs: expect.any(Number),
    });
    expect(siro.calls).toHaveLength(1);
  });

  test("a 429 holds back every worker", async () => {
    const siro = await start();
    siro.faults.inject({ kind: "status", status: 429, retryAfter: "5" });
    const one = clientOf(siro, { budget: openSiroBudget(redis) });
    const two = clientOf(siro, { budget: openSiroBudget(other) });
    await expect(one.readUsers()).rejects.toMatchObject({ code: "SIRO_LIMIT" });
    const { retryAfterMs } = await two.readUsers().catch((error) => error);
    expect(retryAfterMs).toBeGreaterThan(4000);
    expect(siro.calls).toHaveLength(1);
  });

  test("stays below Siro's own limit, however many ask at once", async () => {
    const siro = await start({ requestsPerMinute: 1000 });
    const client = clientOf(siro, { budget: openSiroBudget(redis) });
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => client.readUsers()));
    const refused = results.filter(({ status }) => status === "rejected").length;
    expect(refused).toBeGreaterThan(100);
    expect(siro.calls).toHaveLength(300 - refused);
  });
});
