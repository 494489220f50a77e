import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import type { SiroEvent } from "../../src/domain/siro-event.ts";
import { createSiroEventsQueue, type SiroEventsQueue } from "../../src/queues/siro-events.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { aConnection, type IntakeServer, intakeServers } from "../support/intake-server.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { svixHeaders } from "../support/signed-events.ts";

const SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;
const BODY = JSON.stringify({ eventType: "integrations.recordingLinked", recordingId: "rec-1" });

let server: RedisServer;
const opened: { readonly redis: Redis; readonly events: SiroEventsQueue }[] = [];
const { start } = intakeServers();

beforeAll(async () => {
  server = await startRedisServer();
});

afterAll(async () => {
  await server.stop();
});

afterEach(async () => {
  for (const { redis, events } of opened.splice(0)) {
    await events.queue.close().catch(() => undefined);
    redis.disconnect();
  }
});

async function openQueue(): Promise<SiroEventsQueue> {
  const redis = openProducerRedis(server.url);
  await untilReady(redis, 5000);
  const events = createSiroEventsQueue(redis);
  await events.queue.waitUntilReady();
  opened.push({ redis, events });
  return events;
}

function anEvent(own: Partial<SiroEvent> = {}): SiroEvent {
  return {
    connection: "acme",
    messageId: "msg_1",
    receivedAtMs: 1,
    eventType: "integrations.recordingLinked",
    recordingId: "rec-1",
    isProcessed: true,
    isLinked: true,
    ...own,
  };
}

async function post(intake: IntakeServer): Promise<number> {
  const headers = svixHeaders(SECRET, BODY, { id: "msg_durable" });
  const reply = await fetch(`${intake.url}/webhooks/siro/acme`, {
    method: "POST",
    headers: { ...headers },
    body: BODY,
  });
  return reply.status;
}

describe("the door of Siro's events", () => {
  test("one message is one job, per connection, whatever its id is made of", async () => {
    const events = await openQueue();
    await events.queue.obliterate({ force: true });
    const odd = anEvent({ messageId: "msg:1/ü" });
    expect(await events.put(anEvent())).toBe("accepted");
    expect(await events.put(anEvent())).toBe("duplicate");
    expect(await events.put(anEvent({ connection: "beta" }))).toBe("accepted");
    expect(await events.put(odd)).toBe("accepted");
    const jobs = await events.queue.getJobs(["waiting"]);
    expect(jobs.map(({ data }) => data)).toEqual(
      expect.arrayContaining(
        [anEvent(), anEvent({ connection: "beta" }), odd].map((event) => ({ ...event, v: 1 })),
      ),
    );
    expect(jobs).toHaveLength(3);
  });

  test("204 means durable: a Redis that is killed right after still has the event", async () => {
    const events = await openQueue();
    await events.queue.obliterate({ force: true });
    const acme = aConnection({ siro: { webhookSecret: SECRET } });
    const connections = new Map([["acme", acme]]);
    const intake = await start({ siroInbox: events, connections });
    expect(await post(intake)).toBe(204);
    await server.kill();
    expect(await post(intake)).toBe(503);
    await server.restart();
    const after = await openQueue();
    const [job, ...more] = await after.queue.getJobs(["waiting"]);
    expect(job?.data).toMatchObject({ messageId: "msg_durable", recordingId: "rec-1" });
    expect(more).toEqual([]);
  });
});
