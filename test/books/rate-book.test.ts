import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { leaveRate, takeRate } from "../../src/books/rate-book.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

/** Nothing becomes free again within a test. */
const HOURLY = { key: "{r}:hourly", line: "{r}:hourly:line", everyMs: 3_600_000 };
const SLOWER = { key: "{r}:slower", line: "{r}:slower:line", everyMs: 7_200_000 };
const QUICK = { key: "{r}:quick", line: "{r}:quick:line", everyMs: 50 };

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const hoursOf = (wait: { readonly afterMs: number } | undefined) =>
  Math.round((wait?.afterMs ?? 0) / 3_600_000);

test("one goes, the others wait in the order in which they came; who leaves holds up nobody", async () => {
  expect(await takeRate(redis, "a", [HOURLY])).toBeUndefined();
  const waits = [];
  for (const id of ["b", "c", "d", "c"]) {
    waits.push(await takeRate(redis, id, [HOURLY]));
  }
  expect(waits.map((wait) => [hoursOf(wait), wait?.isNew])).toEqual([
    [1, true],
    [2, true],
    [3, true],
    [2, false],
  ]);
  await leaveRate(redis, "b", [HOURLY]);
  expect(hoursOf(await takeRate(redis, "d", [HOURLY]))).toBe(2);
});

test("of two limits none is used up while the other says no, and only the longer wait is stood in line for", async () => {
  await redis.flushall();
  expect(await takeRate(redis, "a", [SLOWER])).toBeUndefined();
  expect(await takeRate(redis, "b", [HOURLY, SLOWER])).toMatchObject({ at: 1, isNew: true });
  expect(await takeRate(redis, "c", [HOURLY])).toBeUndefined();
  expect(await takeRate(redis, "d", [SLOWER, HOURLY])).toMatchObject({ at: 0 });
  expect(await redis.exists(HOURLY.line)).toBe(0);
});

test("whoever waited goes before whoever comes", async () => {
  await redis.flushall();
  // In one write, so that no time passes between them.
  const [, waiting] = await Promise.all(["a", "b"].map((id) => takeRate(redis, id, [QUICK])));
  expect(waiting).toBeDefined();
  await until(async () => (await redis.exists(QUICK.key)) === 0, {
    timeoutMs: 5000,
    what: "the next one to be free",
  });
  expect(await takeRate(redis, "c", [QUICK])).toMatchObject({ isNew: true });
  expect(await takeRate(redis, "b", [QUICK])).toBeUndefined();
  expect(await redis.zrange(QUICK.line, "0", "-1")).toEqual(["c"]);
});
