import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { openSiroBudget } from "../../src/books/siro-budget-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import type { PromptRecording } from "../../src/domain/prompt.ts";
import type { MendJob, SiroMend } from "../../src/domain/siro-mend.ts";
import {
  type StubRep,
  type StubSiro,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { openSiro } from "../../src/siro/open-siro.ts";
import { openSiroMends } from "../../workers/open-siro-mends.ts";
import { whenSiroHasRoom } from "../../workers/when-siro-has-room.ts";
import { anAppointment, aPrompt, storeAppointment, storePrompts } from "../admin/state.ts";
import { aConnection } from "../support/bridge-state.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const MINUTE_MS = 60_000;

let server: RedisServer;
let redis: Redis;
let siro: StubSiro;

beforeAll(async () => {
  [server, siro] = await Promise.all([startRedisServer(), startStubSiro()]);
  redis = openWorkerRedis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), siro.stop()]);
});
beforeEach(() => redis.flushall());

/** The mends of a worker process with these settings; `waiting` is what it added to the queue. */
function aWorker(settings: Partial<SiroMend>, requestsPerMinute = 1000) {
  const connection = aConnection({
    integrationConnectionId: "01HACME0000000000000000000",
    siro: { ...siro.settings, repairAfterMinutes: 0, ...settings },
  });
  const budget = openSiroBudget(redis, requestsPerMinute);
  const client = openSiro(connection, { budget, nowMs: Date.now });
  const clients = new Map(client === undefined ? [] : [["acme", client]]);
  const waiting: MendJob[] = [];
  const failed: unknown[] = [];
  const mends = openSiroMends(
    {
      config: { connections: new Map([["acme", connection]]) },
      redis,
      siros: { clients },
      events: { workerFailed: (_, error) => failed.push(error) },
    },
    {
      add: async (job) => {
        waiting.push(job);
      },
    },
  );
  return { mends, waiting, failed, client };
}

let drawn = 0;

/** A visit of this rep whose recordings ended a while ago, processed, and hang on nothing. */
async function aVisit({ phone, email }: StubRep, count = 1): Promise<MendJob & { ids: string[] }> {
  drawn += 1;
  const number = String(drawn).padStart(4, "0");
  const endedAtMs = Date.now() - 10 * MINUTE_MS;
  const ids = Array.from({ length: count }, () => {
    phone.press("record");
    const { recording } = phone;
    phone.press("stop");
    Object.assign(recording ?? {}, { isProcessed: true });
    return recording?.id ?? "";
  });
  const recordings = ids.map(
    (recordingId, at): PromptRecording => ({
      ...{ recordingId, certainty: "token", seenAtMs: endedAtMs - MINUTE_MS + at, endedAtMs },
    }),
  );
  const recordId = `08p00000000${number}AAA`;
  const userId = `005000000000${number.slice(1)}AAA`;
  const rep = { userId, email: email ?? "", name: "Rep" };
  await storeAppointment(redis, anAppointment({ recordId, reps: [rep] }));
  const [recording, ...furtherRecordings] = recordings;
  const own = { userId, recordId, ...(recording === undefined ? {} : { recording }) };
  const prompt = aPrompt({ ...own, state: "sent", furtherRecordings });
  await storePrompts(redis, [prompt]);
  return { connection: "acme", userId, recordId, promptId: prompt.promptId, ids };
}

const listCalls = (calls: StubSiro["calls"]) =>
  calls.filter(({ method, path }) => method === "GET" && path.endsWith("/core/recordings"));
const linkedTo = (id = "") => siro.world.recordings.get(id)?.linked?.objects[0]?.objectId;
const timeline = async (recordId: string) =>
  (await readTimeline(redis, { connection: "acme", recordId })).map(({ text }) => text);

describe("two hundred recordings that wait at one moment", () => {
  test("share what is read of Siro's list, and what has to be known soon never waits for them", async () => {
    const reps = Array.from({ length: 20 }, (_, at) =>
      siro.addRep({ email: `r${at}@acme.example` }),
    );
    const visits = await Promise.all(
      Array.from({ length: 200 }, (_, at) => aVisit(reps[at % 20] ?? siro.addRep())),
    );
    // 20 of the organization's requests at once for what can wait, then 3 a second: 20 tokens and 9 pages take their turns.
    const { mends, client } = aWorker({ repair: "on" }, 400);
    const before = siro.calls.length;
    const looks = Promise.all(visits.map((visit) => mends.look(visit)));
    await until(() => siro.calls.length - before >= 18, { timeoutMs: 10_000, what: "the burst" });
    await Promise.all(Array.from({ length: 15 }, () => client?.readMobileEvents({ afterMs: 0 })));
    expect(new Set((await looks).map((looked) => JSON.stringify(looked)))).toEqual(
      new Set([JSON.stringify({ kind: "done", note: "link" })]),
    );
    expect(visits.filter(({ recordId, ids }) => linkedTo(ids[0]) !== recordId)).toEqual([]);
    expect(listCalls(siro.calls.slice(before)).length).toBeLessThanOrEqual(10);
  }, 60_000);
});

describe("while Siro limits the token", () => {
  test("a recording is put off, which costs no attempt", async () => {
    const visit = await aVisit(siro.addRep());
    const { mends } = aWorker({ repair: "on" });
    siro.faults.inject({ kind: "status", status: 429, retryAfter: "30" });
    const outcome = await whenSiroHasRoom(async () => {
      await mends.look(visit);
      return { kind: "done", note: {} };
    });
    expect(outcome).toMatchObject({ kind: "later" });
    expect(outcome.kind === "later" && outcome.afterMs).toBeGreaterThanOrEqual(30_000);
  });
});

describe("a visit with two recordings", () => {
  test("has each of them linked, each once", async () => {
    const visit = await aVisit(siro.addRep(), 2);
    const { ids, ...job } = visit;
    const { mends, waiting } = aWorker({ repair: "on" });
    for (const recordingId of ids) {
      await mends.recorded({ ...job, recordingId });
    }
    expect(waiting.map(({ recordingId }) => recordingId)).toEqual(ids);
    for (const one of [...waiting, ...waiting, job]) {
      await mends.look(one);
    }
    expect(ids.map(linkedTo)).toEqual([visit.recordId, visit.recordId]);
    const links = siro.calls.filter(({ path }) =>
      ids.some((id) => path.includes(encodeURIComponent(id))),
    );
    expect(links).toHaveLength(2);
    const told = (await timeline(visit.recordId)).filter((text) => text.includes("was linked to"));
    expect(told).toHaveLength(2);
  });
});

describe("repair that was a dry run and is turned on", () => {
  test("does what the dry run spoke of, once, and nothing else", async () => {
    const [spoken, settled] = [await aVisit(siro.addRep()), await aVisit(siro.addRep())];
    const dry = aWorker({ repair: "dry-run" });
    Object.assign(siro.world.recordings.get(settled.ids[0] ?? "") ?? {}, {
      linked: {
        integrationConnectionId: "C",
        objects: [{ objectType: "ServiceAppointment", objectId: settled.recordId }],
      },
    });
    expect(await dry.mends.look(spoken)).toEqual({ kind: "done", note: "link" });
    expect(await dry.mends.look(settled)).toEqual({ kind: "done", note: "right" });
    await dry.mends.takeUpDryRuns();
    expect([dry.waiting, linkedTo(spoken.ids[0])]).toEqual([[], undefined]);
    const on = aWorker({ repair: "on" });
    await on.mends.takeUpDryRuns();
    expect(on.waiting).toMatchObject([{ recordId: spoken.recordId, recordingId: spoken.ids[0] }]);
    for (const job of on.waiting) {
      expect(await on.mends.look(job)).toEqual({ kind: "done", note: "link" });
    }
    expect(linkedTo(spoken.ids[0])).toBe(spoken.recordId);
    expect(await timeline(spoken.recordId)).toEqual([
      expect.stringMatching(/^Dry run: the recording would be linked to ServiceAppointment/),
      expect.stringMatching(/^The recording was linked to ServiceAppointment/),
    ]);
    const again = aWorker({ repair: "on" });
    await again.mends.takeUpDryRuns();
    expect([again.waiting, again.failed]).toEqual([[], []]);
  });
});
