import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { type CrmEventsQueue, createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";

let server: RedisServer;
const opened: { readonly redis: Redis; readonly queue: CrmEventsQueue }[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  const { redis } = await openQueue();
  await redis.flushall();
});

afterEach(async () => {
  for (const { redis, queue } of opened.splice(0)) {
    await queue.queue.close().catch(() => undefined);
    redis.disconnect();
  }
});

/** The queue as one process has it: over a connection of its own. */
async function openQueue() {
  const redis = openProducerRedis(server.url);
  await untilReady(redis, 5000);
  const queue = createCrmEventsQueue(redis);
  await queue.queue.waitUntilReady();
  const one = { redis, queue };
  opened.push(one);
  return one;
}

function anEvent(eventId: string): CrmEvent {
  return {
    kind: "unusable",
    reason: "NO_RECORD",
    connection: "acme",
    eventId,
    source: "outbound-message",
    receivedAtMs: 1,
  };
}

const someEvents = (count: number) =>
  Array.from({ length: count }, (_, at) => anEvent(`event-${String(at).padStart(3, "0")}`));

async function storedIds({ queue }: CrmEventsQueue): Promise<string[]> {
  const jobs = await queue.getJobs(["waiting", "delayed", "prioritized"]);
  return jobs.map(({ data }) => String(data.eventId)).sort();
}

const idsOf = (events: readonly CrmEvent[]) => events.map(({ eventId }) => eventId).sort();

describe("the door of events", () => {
  test("every event becomes one job; the same again is a duplicate, in the order given", async () => {
    const { queue } = await openQueue();
    const [a, b, c] = [anEvent("a"), anEvent("b"), anEvent("c")];
    expect(await queue.put([a, b])).toEqual(["accepted", "accepted"]);
    expect(await queue.put([b, c, c, a])).toEqual([
      "duplicate",
      "accepted",
      "duplicate",
      "duplicate",
    ]);
    expect(await storedIds(queue)).toEqual(["a", "b", "c"]);
  });

  test("an id is one of its source and connection, whole", async () => {
    const { queue } = await openQueue();
    const base = anEvent("a");
    const others: CrmEvent[] = [
      { ...base, connection: "beta" },
      { ...base, source: "json" },
      { ...base, eventId: "A" },
      { ...base, eventId: "a " },
    ];
    expect(await queue.put([base, ...others])).toEqual(Array(5).fill("accepted"));
  });

  test("8. one job that fails inside the pipeline refuses the batch; the resend stores what lacks, once", async () => {
    const { redis, queue } = await openQueue();
    const events = someEvents(60).map((event, at) => ({
      ...event,
      fields: { Text__c: `${at} `.repeat(8000) },
    }));
    const used = /used_memory:(\d+)/.exec(await redis.info("memory"))?.[1] ?? "0";
    await redis.config("SET", "maxmemory", Number(used) + 800_000);
    await expect(queue.put(events)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await redis.config("SET", "maxmemory", 0);
    expect((await storedIds(queue)).length).toBeLessThan(60);
    await queue.put(events);
    expect(await storedIds(queue)).toEqual(idsOf(events));
    expect(await queue.put(events)).toEqual(Array(60).fill("duplicate"));
  });

  test("8. an event whose job failed is not taken for seen", async () => {
    const { redis, queue } = await openQueue();
    await redis.set(queue.queue.toKey("wait"), "not a list");
    await expect(queue.put(someEvents(3))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await redis.keys("*seen*")).toEqual([]);
  });

  test("8. a connection that is cut in the middle: the resend stores each event once", async () => {
    const { queue } = await openQueue();
    const other = await openQueue();
    const events = someEvents(300);
    const cut = other.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    const [first] = await Promise.allSettled([queue.put(events), cut]);
    const again = await other.queue.put(events);
    expect(await storedIds(other.queue)).toEqual(idsOf(events));
    if (first.status === "fulfilled") {
      expect(new Set(again)).toEqual(new Set(["duplicate"]));
    }
  });

  test("8. a Redis that is killed under load has everything that was confirmed, and only once", async () => {
    const { queue } = await openQueue();
    const batches = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: 10 }, (__, at) => anEvent(`b${batch}-${at}`)),
    );
    const confirmed: string[] = [];
    const posting = batches.map(async (batch, at) => {
      await queue.put(batch);
      confirmed.push(...idsOf(batch));
      if (at === 3) {
        await server.kill();
      }
    });
    await Promise.allSettled(posting);
    await server.restart();
    const { queue: after } = await openQueue();
    const stored = await storedIds(after);
    expect(new Set(stored).size).toBe(stored.length);
    expect(confirmed.filter((id) => !stored.includes(id))).toEqual([]);
    for (const batch of batches) {
      await after.put(batch);
    }
    expect(await storedIds(after)).toEqual(batches.flatMap(idsOf).sort());
  });

  test("10. the same events at once from two connections: each is accepted by exactly one", async () => {
    const [one, other] = [await openQueue(), await openQueue()];
    const events = someEvents(50);
    const answers = await Promise.all(
      [one, other, one, other].map(({ queue }) => queue.put(events)),
    );
    for (const [at] of events.entries()) {
      expect(answers.filter((answer) => answer[at] === "accepted")).toHaveLength(1);
    }
    expect(await storedIds(one.queue)).toEqual(idsOf(events));
  });

  test("an event that was replayed stays known: its resend is still a duplicate", async () => {
    const { queue } = await openQueue();
    const event = anEvent("a");
    await queue.put([event]);
    await queue.replay(event, "a-replay-1");
    expect(await storedIds(queue)).toEqual(["a", "a"]);
    expect(await queue.put([event])).toEqual(["duplicate"]);
  });
});
