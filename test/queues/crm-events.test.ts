import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { StoreUnavailableError } from "../../src/errors.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type CrmEventsQueue,
  createCrmEventsQueue,
  crmEventJobId,
} from "../../src/queues/crm-events.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

let server: RedisServer;
let redis: Redis;
let events: CrmEventsQueue;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openProducerRedis(server.url);
  await untilReady(redis, 5000);
  events = createCrmEventsQueue(redis);
});

afterAll(async () => {
  await events.queue.close();
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.config("SET", "maxmemory", "0");
  await redis.flushall();
});

function anEvent(eventId: string, connection = "acme"): CrmEvent {
  const common = { connection, eventId, source: "json", receivedAtMs: 1 } as const;
  return { ...common, kind: "unusable", reason: "NO_RECORD" };
}

function isMarked(event: CrmEvent): Promise<number> {
  return redis.exists(keyspace.seenEvent(event.connection, crmEventJobId(event)));
}

describe("putting events", () => {
  test("works after a start at which Redis did not answer in time", async () => {
    await redis.client("PAUSE", 2_000);
    const late = createCrmEventsQueue(redis);
    await expect(late.put([anEvent("a")])).rejects.toThrow(StoreUnavailableError);
    await until(() => redis.ping().then(Boolean, () => false), {
      timeoutMs: 10_000,
      what: "Redis to answer again",
    });
    expect(await late.put([anEvent("b")])).toEqual(["accepted"]);
  });

  test("requests at the same time each get the answers of their own events, in order", async () => {
    await events.put([anEvent("known")]);
    const answers = await Promise.all([
      events.put([anEvent("a")]),
      events.put([anEvent("known"), anEvent("b"), anEvent("c")]),
      events.put([anEvent("c"), anEvent("d"), anEvent("d")]),
      events.put([anEvent("a")]),
    ]);
    expect(answers).toEqual([
      ["accepted"],
      ["duplicate", "accepted", "accepted"],
      ["duplicate", "accepted", "duplicate"],
      ["duplicate"],
    ]);
    expect(await events.queue.getWaitingCount()).toBe(5);
  });

  test("the same event id of two connections is two events", async () => {
    const answers = await events.put([anEvent("a", "acme"), anEvent("a", "beta")]);
    expect(answers).toEqual(["accepted", "accepted"]);
    expect(await events.queue.getWaitingCount()).toBe(2);
  });

  test("every accepted event has its job and a mark that lasts 72 h", async () => {
    const event = anEvent("a");
    await events.put([event]);
    expect(await events.queue.getJob(crmEventJobId(event))).toBeDefined();
    const ttl = await redis.ttl(keyspace.seenEvent("acme", crmEventJobId(event)));
    expect(ttl).toBeGreaterThan(71 * 3600);
  });

  test("a job that was not stored leaves no mark, and its event is accepted later", async () => {
    await redis.config("SET", "maxmemory", "1");
    const [one, other] = [anEvent("a"), anEvent("b")];
    const asked = await Promise.allSettled([events.put([one]), events.put([other])]);
    for (const outcome of asked) {
      expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    }
    await redis.config("SET", "maxmemory", "0");
    expect(await Promise.all([isMarked(one), isMarked(other)])).toEqual([0, 0]);
    expect(await events.put([one])).toEqual(["accepted"]);
  });
});
