import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { latenessCommands } from "../../src/books/lateness-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import { runPipeline } from "../../src/redis-script.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const NOON_MS = Date.parse("2026-11-23T12:00:00Z");
const MINUTE_MS = 60_000;

let store: AdminStore;
let admin: AdminServer;
beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store, {
    nowMs: () => NOON_MS,
    connections: new Map(["acme", "beta"].map((name) => [name, aConnection({ name })])),
  });
});
beforeEach(() => store.redis.flushall());
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

async function fire(connection: string, firedAtMs: number, ...lateMs: readonly number[]) {
  const commands = lateMs.flatMap((late) =>
    latenessCommands(connection, { firedAtMs, dueAtMs: firedAtMs - late }),
  );
  await runPipeline(store.redis, commands);
}

async function quarters(query = "") {
  return (await bodyOf(await admin.api(`/lateness${query}`))).quarters;
}

test("lateness is told by quarters of an hour, half of the prompts, nearly all, and the worst", async () => {
  const nineMs = NOON_MS - 180 * MINUTE_MS;
  await fire("acme", nineMs + MINUTE_MS, ...Array.from({ length: 90 }, () => 100));
  await fire("beta", nineMs + 14 * MINUTE_MS, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000);
  await fire("acme", nineMs + 2 * MINUTE_MS, 47_123, 0, 1);
  await fire("acme", nineMs + 15 * MINUTE_MS, 0);
  await fire("acme", NOON_MS - 25 * 60 * MINUTE_MS, 9);
  const [first, second, ...rest] = await quarters();
  expect(rest).toEqual([]);
  expect(first).toMatchObject({ at: "2026-11-23T09:00:00.000Z", prompts: 100, maxMs: 47_123 });
  expect(first.p50Ms / 100).toBeGreaterThanOrEqual(1);
  expect(first.p50Ms / 100).toBeLessThan(1.2);
  expect(first.p95Ms / 5_000).toBeGreaterThanOrEqual(1);
  expect(first.p95Ms / 5_000).toBeLessThan(1.2);
  expect(second).toEqual({
    at: "2026-11-23T09:15:00.000Z",
    ...{ prompts: 1, p50Ms: 0, p95Ms: 0, maxMs: 0 },
  });
  expect(await quarters("?connection=beta")).toMatchObject([{ prompts: 7, maxMs: 5_000 }]);
});

test("an hour of a connection is a few hundred bytes, however many prompts it has, and is forgotten", async () => {
  await fire("acme", NOON_MS - MINUTE_MS, ...Array.from({ length: 600 }, (_, at) => at * 35));
  const key = keyspace.lateness("acme", Math.floor((NOON_MS - MINUTE_MS) / 3_600_000));
  expect(await store.redis.zcard(key)).toBeLessThan(70);
  expect(await store.redis.ttl(key)).toBeGreaterThan(2 * 86_400);
});

test("an empty day is an empty list, and a span that is too long is refused", async () => {
  expect(await quarters()).toEqual([]);
  const long = await admin.api("/lateness?from=2026-11-01T00:00:00Z&to=2026-11-23T00:00:00Z");
  expect(long.status).toBe(400);
  expect((await admin.api("/lateness?connection=nobody")).status).toBe(404);
});
