import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import type { DeliveryRef } from "../../src/domain/delivery.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { queueBase } from "../../src/queues/queue-base.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const FLOOD = 400;
const TURN = 100;

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

/** Whose jobs a worker takes up, one after the other, until it took up so many of a connection. */
async function takenUntil(
  queue: Queue,
  { connection, times }: { readonly connection: string; readonly times: number },
): Promise<readonly string[]> {
  const taken: string[] = [];
  let left = times;
  const worker = new Worker(
    queue.name,
    async ({ data }: { readonly data: { readonly connection: string } }) => {
      taken.push(data.connection);
      left -= data.connection === connection ? 1 : 0;
    },
    queueBase(redis),
  );
  await until(() => left <= 0, { timeoutMs: 20_000, what: `${times} jobs of ${connection}` });
  await worker.close();
  await queue.close();
  return taken;
}

async function placeOfBeta(queue: Queue): Promise<number> {
  const taken = await takenUntil(queue, { connection: "beta", times: 1 });
  return taken.indexOf("beta");
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

function anEvent(connection: string, at: number): CrmEvent {
  const common = { connection, eventId: `event-${at}`, source: "json", receivedAtMs: 1 } as const;
  return { ...common, kind: "unusable", reason: "NO_RECORD" };
}

function aPrompt(connection: string, at: number): Prompt {
  return {
    promptId: `prompt-${connection}-${at}`,
    token: `token-${at}`,
    userId: "005000000000001AAA",
    recordType: "ServiceAppointment",
    recordId: "08p000000000001AAA",
    action: "start",
    generation: 1,
    dueAtMs: Date.now() + 300,
    expiresAtMs: Date.now() + 3_600_000,
    reason: "the visit begins",
    state: "waiting",
  };
}

function aDelivery(connection: string, at: number): DeliveryRef {
  const { promptId, userId, recordId } = aPrompt(connection, at);
  return { connection, userId, recordId, promptId, deviceId: `device-${at}` };
}

describe("what one connection floods a queue with", () => {
  test("an event of another connection comes after a hundred of them, in messages and one by one", async () => {
    const events = createCrmEventsQueue(redis);
    const flood = numbers(FLOOD).map((at) => anEvent("acme", at));
    await events.put(flood.slice(0, TURN * 2));
    await Promise.all(flood.slice(TURN * 2).map((event) => events.put([event])));
    await events.put([anEvent("beta", 0)]);
    expect(await events.queue.getJobCountByTypes("waiting", "prioritized")).toBe(FLOOD + 1);
    expect(await placeOfBeta(events.queue)).toBeLessThanOrEqual(TURN);
  });

  test("two floods are taken in by turns, the smaller one first to its end", async () => {
    const events = createCrmEventsQueue(redis);
    await events.put(numbers(FLOOD).map((at) => anEvent("acme", at)));
    await events.put(numbers(TURN * 2).map((at) => anEvent("beta", at)));
    const taken = await takenUntil(events.queue, { connection: "beta", times: TURN * 2 });
    expect(taken.lastIndexOf("beta")).toBeLessThan(TURN * 4);
  });

  test("once it is worked off, the connection begins anew", async () => {
    const events = createCrmEventsQueue(redis);
    await events.put(numbers(FLOOD).map((at) => anEvent("acme", at)));
    await events.queue.drain();
    await events.put(numbers(FLOOD).map((at) => anEvent("acme", FLOOD + at)));
    expect(await events.queue.getWaitingCount()).toBe(TURN);
  });

  test("prompts of one moment: another connection's comes after the first hundred", async () => {
    const prompts = createPromptsQueue(redis);
    await Promise.all(
      numbers(FLOOD / 2).map((at) =>
        prompts.add("acme", [aPrompt("acme", at * 2), aPrompt("acme", at * 2 + 1)]),
      ),
    );
    await prompts.add("beta", [aPrompt("beta", 0)]);
    // A busy machine adds them in more than one moment.
    expect(await placeOfBeta(prompts.queue)).toBeLessThan(FLOOD);
  });

  test("deliveries: another connection's comes after a hundred of them", async () => {
    const deliveries = createDeliveriesQueue(redis);
    await Promise.all(numbers(FLOOD).map((at) => deliveries.add([aDelivery("acme", at)])));
    await deliveries.add([aDelivery("beta", 0)]);
    expect(await placeOfBeta(deliveries.queue)).toBeLessThanOrEqual(TURN);
  });

  test("deliveries that are replayed: another connection's comes after a hundred of them", async () => {
    const deliveries = createDeliveriesQueue(redis);
    await Promise.all(
      numbers(FLOOD).map((at) => deliveries.replay(aDelivery("acme", at), `replay-${at}`)),
    );
    await deliveries.add([aDelivery("beta", 0)]);
    expect(await placeOfBeta(deliveries.queue)).toBeLessThanOrEqual(TURN);
  });

  test.each(["replayed", "rescued"])("prompts that are %s take turns as well", async (how) => {
    const prompts = createPromptsQueue(redis);
    const again = (at: number) => {
      const { promptId, userId, recordId } = aPrompt("acme", at);
      const ref = { connection: "acme", promptId, userId, recordId };
      return how === "replayed"
        ? prompts.replay(ref, `replay-${at}`)
        : prompts.rescue(ref, { trouble: "lost", delay: 0 });
    };
    await Promise.all(numbers(FLOOD).map(again));
    // A busy machine adds them in more than one moment.
    expect(await prompts.queue.getPrioritizedCount()).toBeGreaterThan(0);
    await prompts.add("beta", [{ ...aPrompt("beta", 0), dueAtMs: Date.now() }]);
    expect(await placeOfBeta(prompts.queue)).toBeLessThan(FLOOD);
  });
});
