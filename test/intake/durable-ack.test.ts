import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { readCameAgain } from "../../src/books/came-again-book.ts";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { type CrmEventsQueue, createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import {
  closeServer,
  type IntakeServer,
  intakeServers,
  soapPath,
} from "../support/intake-server.ts";
import { anOutboundMessage, recordId, someNotifications } from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { ACK, expectFault, post } from "../support/soap-client.ts";
import { until } from "../support/until.ts";

/** One process of the bridge: its own connection, queue and server. */
interface Bridge {
  readonly queue: CrmEventsQueue;
  readonly server: IntakeServer;
}

let redisServer: RedisServer;
const opened: { readonly redis: Redis; readonly queue: CrmEventsQueue }[] = [];
const { start } = intakeServers();

beforeAll(async () => {
  redisServer = await startRedisServer();
});

afterAll(async () => {
  await redisServer.stop();
});

beforeEach(async () => {
  await redisServer.restart();
  await startBridge();
  await opened[0]?.redis.flushall();
});

afterEach(async () => {
  for (const { redis, queue } of opened.splice(0)) {
    await queue.queue.close().catch(() => undefined);
    redis.disconnect();
  }
});

async function startBridge(): Promise<Bridge> {
  const redis = openProducerRedis(redisServer.url);
  await untilReady(redis, 5000);
  const queue = createCrmEventsQueue(redis);
  await queue.queue.waitUntilReady();
  opened.push({ redis, queue });
  return { queue, server: await start({ inbox: queue }) };
}

/** The event ids of all jobs that wait, sorted. */
async function waitingIds({ queue }: CrmEventsQueue): Promise<string[]> {
  const jobs = await queue.getJobs(["waiting", "prioritized", "delayed"]);
  return jobs.map((job) => String(job.data.eventId)).toSorted();
}

const hundred = anOutboundMessage({ notifications: someNotifications(100) });

describe("the ack and Redis", () => {
  test("8. an acked message is in the queue, one job for each notification", async () => {
    const { queue, server } = await startBridge();
    expect((await post(server, hundred)).text).toBe(ACK);
    expect(new Set(await waitingIds(queue)).size).toBe(100);
  });

  test("8. with Redis down the answer is 503 within 2 s, and the resend after its return is stored once", async () => {
    const { server } = await startBridge();
    await redisServer.kill();
    const startedMs = performance.now();
    expectFault(await post(server, hundred), 503);
    expect(performance.now() - startedMs).toBeLessThan(2500);
    await redisServer.restart();
    const { queue, server: again } = await startBridge();
    expect((await post(again, hundred)).text).toBe(ACK);
    expect((await post(again, hundred)).text).toBe(ACK);
    expect(await waitingIds(queue)).toHaveLength(100);
  });

  test("8. with Redis frozen the answer is 503 within 2 s, and the resend is stored once", async () => {
    const { queue, server } = await startBridge();
    process.kill(redisServer.pid, "SIGSTOP");
    const startedMs = performance.now();
    try {
      expectFault(await post(server, hundred), 503);
      expect(performance.now() - startedMs).toBeLessThan(2500);
    } finally {
      process.kill(redisServer.pid, "SIGCONT");
    }
    expect((await post(server, hundred)).text).toBe(ACK);
    expect(await waitingIds(queue)).toHaveLength(100);
  });

  test("8. a Redis that is killed right after the ack still has everything", async () => {
    const { server } = await startBridge();
    expect((await post(server, hundred)).text).toBe(ACK);
    await redisServer.kill();
    await redisServer.restart();
    const { queue } = await startBridge();
    expect(await waitingIds(queue)).toHaveLength(100);
  });

  test("9. a bridge that dies between the write and the reply: the resend makes no second job", async () => {
    const { queue } = await startBridge();
    const dying: IntakeServer = await start({
      inbox: {
        put: async (events) => {
          const answers = await queue.put(events);
          await closeServer(dying.server);
          return answers;
        },
      },
    });
    const caller = await connectRaw(dying.port);
    const length = Buffer.byteLength(hundred);
    caller.socket.write(postHead(soapPath(), { "content-length": length }) + hundred);
    expect(await caller.closed()).toBe("");
    expect(await waitingIds(queue)).toHaveLength(100);
    const successor = await startBridge();
    expect((await post(successor.server, hundred)).text).toBe(ACK);
    expect(await waitingIds(queue)).toHaveLength(100);
  });

  test("10. the same message at the same time to two bridges makes one job for each notification", async () => {
    const [one, other] = [await startBridge(), await startBridge()];
    const answers = await Promise.all(
      [one, other, one, other].map(({ server }) => post(server, hundred)),
    );
    expect(answers.map(({ text }) => text)).toEqual([ACK, ACK, ACK, ACK]);
    expect(await waitingIds(one.queue)).toHaveLength(100);
  });

  test("11. the same notification id in another message, and twice in one, makes one job", async () => {
    const { queue, server } = await startBridge();
    const message = (at: number) => ({ id: "04l1", fields: { Id: recordId("08p", at) } });
    await post(server, anOutboundMessage({ notifications: [message(1), message(2)] }));
    await post(server, anOutboundMessage({ notifications: [message(3)] }));
    expect(await waitingIds(queue)).toEqual(["00D5f000004XyZaEAK.04l1"]);
    const [job] = await queue.queue.getWaiting();
    expect(job?.data).toMatchObject({ fields: { Id: recordId("08p", 1) } });
    const record = {
      connection: job?.data.connection,
      recordId: canonicalRecordId(recordId("08p", 2)),
    };
    const told = async () => {
      const redis = opened[0]?.redis;
      return redis && (await readCameAgain(redis, record))[0];
    };
    expect(await until(told, { timeoutMs: 10_000, what: "the repeat" })).toMatchObject({
      times: 1,
    });
  });

  test("12. an id is remembered for 72 h after its job is gone, whole and case-sensitive", async () => {
    const { queue, server } = await startBridge();
    const message = (id: string) => anOutboundMessage({ notifications: [{ id }] });
    await post(server, message("04l5f000000CafeAAY"));
    await queue.queue.obliterate({ force: true });
    const redis = opened[0]?.redis;
    const keys = (await redis?.keys("*")) ?? [];
    const lifetimes = await Promise.all(keys.map((key) => redis?.ttl(key)));
    expect(lifetimes.some((seconds = 0) => seconds > 71 * 3600)).toBe(true);
    await post(server, message("04l5f000000CafeAAY"));
    expect(await waitingIds(queue)).toEqual([]);
    await post(server, message("04l5f000000CafeAAZ"));
    await post(server, message("04l5f000000cafeAAY"));
    expect(await waitingIds(queue)).toHaveLength(2);
  });

  test("13. what can never be used is in the queue with its reason", async () => {
    const { queue, server } = await startBridge();
    await post(server, anOutboundMessage({ notifications: [{ hasRecord: false }] }));
    const jobs = await queue.queue.getJobs(["waiting"]);
    expect(jobs.map(({ data }) => data)).toMatchObject([{ kind: "unusable", reason: "NO_RECORD" }]);
  });
});
