import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { park } from "../../src/books/parked-book.ts";
import { saveReplay } from "../../src/books/replay-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import { until } from "../support/until.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { aParkedEvent, RECORD_ID, REP } from "./state.ts";

let store: AdminStore;
let admin: AdminServer;
beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
});
beforeEach(() => store.redis.flushall());
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

async function parkSome(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => park(store.redis, aParkedEvent())));
}

async function post(body: object) {
  return bodyOf(await admin.api("/parked/replay", { method: "POST", body }));
}

async function progress(batchId: string) {
  return bodyOf(await admin.api(`/parked/replays/${batchId}`));
}

test("a replay by filter can be watched to its end", async () => {
  await parkSome(120);
  expect(await post({ dryRun: true })).toEqual({ count: 120, matching: 120 });
  expect(await store.queues.crmEvents.queue.getWaitingCount()).toBe(0);
  const { batchId, total } = await post({});
  expect(total).toBe(120);
  const ended = await until(
    async () => {
      const shown = await progress(batchId);
      return shown.state === "running" ? undefined : shown;
    },
    { timeoutMs: 20_000, what: "the end of the replay" },
  );
  expect(ended).toEqual({ total: 120, done: 120, failed: 0, state: "done" });
  expect(await store.queues.crmEvents.queue.getJobCountByTypes("waiting", "prioritized")).toBe(120);
  expect(await store.redis.ttl(keyspace.replayBatch(batchId))).toBeGreaterThan(86_000);
});

test("a replay that is canceled leaves the rest parked", async () => {
  await parkSome(2_000);
  const started = post({});
  const batchId = await until(
    async () => {
      const [key] = await store.redis.keys(keyspace.replayBatch("*"));
      return key?.slice(keyspace.replayBatch("").length);
    },
    { timeoutMs: 10_000, what: "the replay" },
  );
  const asked = await admin.api(`/parked/replays/${batchId}`, { method: "DELETE" });
  expect(asked.status).toBe(202);
  await started;
  const shown = await until(
    async () => {
      const now = await progress(batchId);
      return now.state === "canceled" ? now : undefined;
    },
    { timeoutMs: 20_000, what: "the end of the replay" },
  );
  expect(shown.done).toBeLessThan(2_000);
  const { total } = await bodyOf(await admin.api("/parked"));
  expect(total).toBe(2_000 - shown.done);
});

test("a replay whose process died says so instead of running for ever", async () => {
  const running = { total: 9, done: 4, failed: 0, state: "running" } as const;
  await saveReplay(store.redis, "dead", { ...running, updatedAtMs: Date.now() - 31_000 });
  await saveReplay(store.redis, "alive", { ...running, updatedAtMs: Date.now() });
  expect(await progress("dead")).toEqual({ ...running, state: "stopped" });
  expect(await progress("alive")).toEqual(running);
});

test.each(["GET", "DELETE"])("%s of an unknown replay is not found", async (method) => {
  const answer = await admin.api("/parked/replays/nothing", { method });
  expect(answer.status).toBe(404);
  expect(await store.redis.exists(keyspace.replayBatch("nothing"))).toBe(0);
});

describe("work beside the prompts", () => {
  const visit = { connection: "acme", recordId: RECORD_ID };
  const prompt = { ...visit, userId: REP.userId, promptId: "p1" };
  const writeBack = { ...visit, promptId: "p1", kind: "prompt-sent", awaits: "sent" } as const;
  const kinds = [
    ["siro-mends", { name: "siroMends", payload: prompt, work: { kind: "mend", prompt } }],
    ["siro-syncs", { name: "siroSyncs", payload: visit, work: { kind: "sync", visit } }],
    [
      "write-backs",
      { name: "writeBacks", payload: writeBack, work: { kind: "write-back", writeBack } },
    ],
  ] as const;

  test.each(kinds)("goes back to %s", async (_, { name, work, payload }) => {
    await park(store.redis, aParkedEvent({ work }));
    expect(await post({})).toMatchObject({ replayed: 1 });
    const jobs = await store.queues[name].queue.getJobs(["waiting"]);
    expect(jobs.map(({ data }) => data)).toEqual([{ ...payload, v: 1 }]);
  });

  test.each(kinds)("parked by an earlier version, too: %s", async (queue, { name, payload }) => {
    await park(store.redis, aParkedEvent({ work: { kind: "unreadable", queue, payload } }));
    expect(await post({})).toMatchObject({ replayed: 1 });
    const jobs = await store.queues[name].queue.getJobs(["waiting"]);
    expect(jobs.map(({ data }) => data)).toEqual([{ ...payload, v: 1 }]);
  });
});
