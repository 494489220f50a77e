import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { deliveryCommand, receiptCommand } from "../../src/books/appointment-book.ts";
import { changeRep } from "../../src/books/change-rep.ts";
import { park, unparkUnchanged } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { appendTimeline } from "../../src/books/timeline-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import {
  anAppointment,
  aParkedEvent,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "./state.ts";

const HOUR_MS = 3_600_000;

let store: AdminStore;
let admin: AdminServer;
const others: { readonly stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  store = await startStore();
  const connections = new Map(
    ["acme", "beta"].map((name) => [name, aConnection({ name })] as const),
  );
  admin = await startAdmin(store, { connections });
});
beforeEach(() => store.redis.flushall());
afterEach(async () => {
  for (const other of others.splice(0)) {
    await other.stop();
  }
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

describe("one appointment", () => {
  test("is told with its prompts, deliveries, receipts and timeline, times as ISO text", async () => {
    const appointment = anAppointment({ startAtMs: Date.parse("2099-03-02T15:00:00Z") });
    await storeAppointment(store.redis, appointment);
    const times = { firedAtMs: 1_000, sentAtMs: 2_000, answeredAtMs: 3_500 };
    const prompt = aPrompt({ state: "sent", ...times });
    await storePrompts(store.redis, [prompt]);
    const record = { connection: "acme", recordId: RECORD_ID };
    const delivery = {
      deliveryId: `${prompt.promptId}-d1`,
      promptId: prompt.promptId,
      action: "start",
      userId: REP.userId,
      deviceId: "d1",
      channel: "webhook",
      state: "accepted",
      attempts: 1,
      answer: "HTTP 204",
      updatedAtMs: 3_000,
    } as const;
    const evidence = { promptId: prompt.promptId, userId: REP.userId };
    const shown = { ...evidence, kind: "delivered", source: "service-worker" } as const;
    const shownBy = (deviceId: string, atMs: number) => ({ ...shown, deviceId, atMs });
    const receipts = [
      { ...evidence, kind: "opened", source: "go-page", atMs: 3_500 },
      ...[5, 4, 3, 2, 1].map((second) => shownBy(`d${second}`, second * 100)),
    ] as const;
    await changeRep(store.redis, { connection: "acme", userId: REP.userId }, () => ({
      result: undefined,
      commands: [
        deliveryCommand(record, delivery),
        ...receipts.map((receipt) => receiptCommand(record, receipt)),
      ],
    }));
    await appendTimeline(store.redis, record, [
      { atMs: 4_000, kind: "link.opened", text: "The rep opened it", userId: REP.userId },
    ]);

    // The page and people may use the 15-character id.
    const answer = await admin.api(`/appointments/acme/${RECORD_ID.slice(0, 15)}`);
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toEqual({
      connection: "acme",
      recordType: "ServiceAppointment",
      recordId: RECORD_ID,
      status: "scheduled",
      startAt: "2099-03-02T15:00:00.000Z",
      endAt: "2099-03-02T16:00:00.000Z",
      title: "Roof inspection",
      summary: "Sent to a device of Rita at 00:00:02 on 1 Jan, opened 00:00:03 on 1 Jan",
      summaryTimeZone: "UTC",
      outlook: "opened",
      crmObjects: [],
      reps: [REP],
      prompts: [
        {
          promptId: prompt.promptId,
          action: "start",
          userId: REP.userId,
          dueAt: new Date(prompt.dueAtMs).toISOString(),
          expiresAt: new Date(prompt.expiresAtMs).toISOString(),
          state: "sent",
          reason: "the visit begins",
          generation: 1,
          firedAt: "1970-01-01T00:00:01.000Z",
          sentAt: "1970-01-01T00:00:02.000Z",
          answeredAt: "1970-01-01T00:00:03.500Z",
          confirmation: "unknown",
          link: "https://app.siro.ai/record?action=start&title=Roof%20inspection",
          linkParts: [
            {
              name: "action",
              value: "start",
              meaning: "Begin a recording; one that runs already goes on",
            },
            {
              name: "title",
              value: "Roof inspection",
              meaning: "The name that the recording gets",
            },
          ],
        },
      ],
      deliveries: [
        {
          deliveryId: `${prompt.promptId}-d1`,
          promptId: prompt.promptId,
          action: "start",
          userId: REP.userId,
          deviceId: "d1",
          channel: "webhook",
          state: "accepted",
          attempts: 1,
          answer: "HTTP 204",
          updatedAt: "1970-01-01T00:00:03.000Z",
        },
      ],
      receipts: [
        ...[1, 2, 3, 4, 5].map((second) => ({
          ...shown,
          deviceId: `d${second}`,
          at: `1970-01-01T00:00:00.${second}00Z`,
        })),
        { ...evidence, kind: "opened", source: "go-page", at: "1970-01-01T00:00:03.500Z" },
      ],
      timeline: [
        {
          at: "1970-01-01T00:00:04.000Z",
          kind: "link.opened",
          text: "The rep opened it",
          userId: REP.userId,
        },
      ],
    });
  });

  test("a record that was only ever parked is told by its timeline", async () => {
    const record = { connection: "acme", recordId: RECORD_ID };
    const line = { atMs: 1_000, kind: "work.parked", text: "Parked: NO_READER." } as const;
    await appendTimeline(store.redis, record, [line]);
    const answer = await admin.api(`/appointments/acme/${RECORD_ID}`);
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      recordId: RECORD_ID,
      status: "unknown",
      startAt: null,
      title: null,
      prompts: [],
      timeline: [{ kind: "work.parked" }],
    });
  });

  test.each([
    "/appointments/acme/08p5f000000ZzZzAAK",
    `/appointments/nobody/${RECORD_ID}`,
    `/appointments/beta/${RECORD_ID}`,
    "/appointments/acme/..%2F..%2Fsb",
    "/appointments/acme/%7Bacme%7D:reps",
  ])("nothing is found at %s", async (path) => {
    await storeAppointment(store.redis, anAppointment());
    const answer = await admin.api(path);
    expect(answer.status).toBe(404);
    expect(await bodyOf(answer)).toMatchObject({ error: { code: "NOT_FOUND" } });
  });

  test("reading it again says what is missing when the connection cannot read", async () => {
    const answer = await admin.api(`/appointments/acme/${RECORD_ID}/refresh`, { method: "POST" });
    expect(answer.status).toBe(409);
    const { error } = await bodyOf(answer);
    expect(error).toMatchObject({ code: "NO_READER", message: expect.stringContaining("acme") });
  });
});

describe("the list of appointments", () => {
  async function idsOf(query: string): Promise<string[]> {
    const answer = await admin.api(`/appointments${query}`);
    expect(answer.status).toBe(200);
    return (await bodyOf(answer)).items.map((one: { recordId: string }) => one.recordId);
  }

  test("comes in order of the start over all connections, and by connection when asked", async () => {
    const startAtMs = Date.now();
    const book = (recordId: string, hours: number, connection: string) =>
      storeAppointment(
        store.redis,
        anAppointment({ recordId, startAtMs: startAtMs + hours * HOUR_MS }),
        connection,
      );
    await book("third", 3, "acme");
    await book("first", 1, "acme");
    await book("second", 2, "beta");
    expect(await idsOf("")).toEqual(["first", "second", "third"]);
    expect(await idsOf("?connection=beta")).toEqual(["second"]);
    expect((await admin.api("/appointments?connection=nobody")).status).toBe(404);
  });

  test("pages through many visits that begin at the same moment, each once", async () => {
    const startAtMs = Date.now() + HOUR_MS;
    const recordIds = Array.from({ length: 230 }, (_, at) => `visit-${1000 + at}`);
    await Promise.all(
      recordIds.map((recordId, at) =>
        storeAppointment(
          store.redis,
          anAppointment({ recordId, startAtMs }),
          at % 2 === 0 ? "acme" : "beta",
        ),
      ),
    );
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null && pages < 10; pages += 1) {
      const after = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await bodyOf(await admin.api(`/appointments?limit=60${after}`));
      seen.push(...page.items.map((one: { recordId: string }) => one.recordId));
      cursor = page.nextCursor;
    }
    expect(cursor).toBeNull();
    expect(seen).toHaveLength(recordIds.length);
    expect(new Set(seen)).toEqual(new Set(recordIds));
  });

  test("pages on over visits that begin at different moments", async () => {
    const startAtMs = Date.now() + HOUR_MS;
    const recordIds = Array.from({ length: 12 }, (_, at) => `visit-${100 + at}`);
    for (const [at, recordId] of recordIds.entries()) {
      const begins = startAtMs + Math.floor(at / 3) * HOUR_MS;
      await storeAppointment(store.redis, anAppointment({ recordId, startAtMs: begins }));
    }
    const first = await bodyOf(await admin.api("/appointments?limit=5"));
    const second = await idsOf(`?cursor=${first.nextCursor}`);
    const ids = first.items.map((one: { recordId: string }) => one.recordId);
    expect([...ids, ...second]).toEqual(recordIds);
  });

  test("a full last page has no next one", async () => {
    await storeAppointment(store.redis, anAppointment());
    expect(await bodyOf(await admin.api("/appointments?limit=1"))).toMatchObject({
      items: [{ recordId: RECORD_ID }],
      nextCursor: null,
    });
  });

  test("is narrowed by rep, time, state and text", async () => {
    const startAtMs = Date.parse("2099-03-02T15:00:00Z");
    await storeAppointment(store.redis, anAppointment({ recordId: "mine", startAtMs }));
    await storePrompts(store.redis, [aPrompt({ recordId: "mine", state: "waiting" })]);
    await storeAppointment(
      store.redis,
      anAppointment({
        recordId: "other",
        startAtMs: startAtMs + HOUR_MS,
        status: "canceled",
        title: "Gutters at the Dormans",
        crmObjects: [{ objectType: "Lead", objectId: "00Q5f000000CuStAAK" }],
        reps: [{ userId: "0055f00000ZzZzZAAV", name: "Otto Other" }],
      }),
    );
    expect(await idsOf(`?rep=${REP.userId}`)).toEqual(["mine"]);
    expect(await idsOf(`?rep=${REP.userId.slice(0, 15)}`)).toEqual(["mine"]);
    expect(await idsOf("?rep=Rita@Example.com")).toEqual(["mine"]);
    expect(await idsOf("?from=2099-03-02T15:30:00Z")).toEqual(["other"]);
    expect(await idsOf("?to=2099-03-02T15:30:00Z")).toEqual(["mine"]);
    expect(await idsOf("?from=2099-03-02T15:00:00Z&to=2099-03-02T15:00:00Z")).toEqual(["mine"]);
    expect(await idsOf("?state=waiting")).toEqual(["mine"]);
    expect(await idsOf("?state=canceled")).toEqual(["other"]);
    for (const q of ["othe", "GUTTERS", "00Q5f000000CuSt", "otto"]) {
      expect([q, await idsOf(`?q=${q}`)]).toEqual([q, ["other"]]);
    }
    expect(await idsOf("?q=nobody")).toEqual([]);
    expect(await idsOf("?q=&rep=&from=&state=")).toEqual(["mine", "other"]);
  });

  test.each([
    ["from", "?from=yesterday"],
    ["state", "?state=lost"],
    ["limit", "?limit=0"],
    ["cursor", "?cursor=bm90IGEgY3Vyc29y"],
  ])("a wrong %s is refused by its name", async (path, query) => {
    const answer = await admin.api(`/appointments${query}`);
    expect(answer.status).toBe(400);
    expect(await bodyOf(answer)).toMatchObject({
      error: { code: "INPUT_INVALID", issues: [{ path }] },
    });
  });
});

describe("reps", () => {
  test("a new rep is known, and listed with devices but without any address", async () => {
    const rep = { ...REP, timeZone: "America/Denver" };
    const created = await admin.api("/reps/acme", { method: "POST", body: rep });
    expect(created.status).toBe(201);
    expect(await bodyOf(created)).toEqual(rep);
    const address = {
      url: "http://127.0.0.1:9/hook",
      secret: `whsec_${Buffer.alloc(24, 1).toString("base64")}`,
    };
    const enrolled = await admin.api(`/reps/acme/${REP.userId.slice(0, 15)}/devices`, {
      method: "POST",
      body: { channel: "webhook", address },
    });
    expect(enrolled.status).toBe(201);
    const { deviceId } = await bodyOf(enrolled);
    const text = await (await admin.api("/reps/acme")).text();
    expect(JSON.parse(text)).toMatchObject({
      items: [
        {
          ...rep,
          devices: [
            { deviceId, channel: "webhook", state: "active", createdAt: expect.any(String) },
          ],
        },
      ],
    });
    expect(text).not.toMatch(/whsec_|127\.0\.0\.1|sealed/i);
    const removed = await admin.api(`/devices/${deviceId}`, { method: "DELETE" });
    expect(removed.status).toBe(204);
    expect(await bodyOf(await admin.api("/reps/acme"))).toMatchObject({
      items: [{ devices: [{ deviceId, state: "revoked" }] }],
    });
  });

  test.each([["userId"], ["email"], ["name"]])("a rep without %s is refused", async (missing) => {
    const body = Object.fromEntries(Object.entries(REP).filter(([field]) => field !== missing));
    const answer = await admin.api("/reps/acme", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(await bodyOf(answer)).toMatchObject({ error: { issues: [{ path: missing }] } });
  });

  test.each([
    ["POST", "/reps/nobody", REP],
    ["POST", "/reps/acme/0055f00000ZzZzZAAV/devices", { channel: "pull" }],
    ["POST", "/reps/acme/0055f00000ZzZzZAAV/test-prompt", undefined],
    ["DELETE", "/devices/dnobody", undefined],
    ["DELETE", "/devices/__proto__", undefined],
    ["POST", "/parked/acme~nothing/replay", undefined],
    ["GET", "/no/such/call", undefined],
    ["POST", "/reps/acme/0055f00000AbCdE/invites", {}],
  ])("%s %s is not found", async (method, path, body) => {
    const answer = await admin.api(path, { method, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(404);
    expect(await bodyOf(answer)).toMatchObject({ error: { code: "NOT_FOUND" } });
  });

  test("a device of one connection is not enrolled through another", async () => {
    await saveRep(store.redis, "acme", REP);
    const body = { channel: "pull" };
    const answer = await admin.api(`/reps/beta/${REP.userId}/devices`, { method: "POST", body });
    expect(answer.status).toBe(404);
  });

  test("broken and oversized bodies are answered as JSON", async () => {
    const broken = await admin.api("/reps/acme", { method: "POST", body: '{"userId":' });
    expect(broken.status).toBe(400);
    expect(await bodyOf(broken)).toMatchObject({ error: { code: "INPUT_INVALID" } });
    const name = "x".repeat(70_000);
    const large = await admin.api("/reps/acme", { method: "POST", body: { ...REP, name } });
    expect(large.status).toBe(413);
    expect(await bodyOf(large)).toMatchObject({ error: { code: "BODY_TOO_LARGE" } });
  });
});

describe("parked work", () => {
  test("is listed with its reason, the newest first, and without its payload", async () => {
    await park(store.redis, aParkedEvent({ lastParkedAtMs: 1_000, firstParkedAtMs: 1_000 }));
    const newer = aParkedEvent({ lastParkedAtMs: 2_000, reason: "EVENT_UNUSABLE" });
    await park(store.redis, newer);
    const first = await bodyOf(await admin.api("/parked?limit=1"));
    expect(first).toEqual({
      items: [
        {
          id: newer.id,
          connection: "acme",
          reason: "EVENT_UNUSABLE",
          detail: "nothing can be read",
          recordType: "ServiceAppointment",
          recordId: RECORD_ID,
          kind: "event",
          firstParkedAt: expect.any(String),
          lastParkedAt: "1970-01-01T00:00:02.000Z",
        },
      ],
      total: 2,
      reasons: [
        { reason: "EVENT_UNUSABLE", count: 1 },
        { reason: "NO_READER", count: 1 },
      ],
      nextCursor: expect.any(String),
    });
    const second = await bodyOf(await admin.api(`/parked?cursor=${first.nextCursor}`));
    expect(second).toMatchObject({ items: [{ reason: "NO_READER" }], nextCursor: null });
    const narrowed = await bodyOf(await admin.api("/parked?reason=NO_READER"));
    expect(narrowed).toMatchObject({ items: [{ reason: "NO_READER" }], total: 1 });
    expect((await admin.api("/parked?connection=nobody")).status).toBe(404);
  });

  test("work whose payload tells no connection is listed, too", async () => {
    const work = { kind: "unreadable", queue: "prompts", payload: { odd: true } } as const;
    const id = "unknown~prompts-1";
    await park(store.redis, aParkedEvent({ id, connection: "unknown", work }));
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 1, items: [{ id }] });
    const answer = await admin.api(`/parked/${encodeURIComponent(id)}/replay`, { method: "POST" });
    expect(answer.status).toBe(409);
    expect(await bodyOf(answer)).toMatchObject({ error: { code: "NOT_REPLAYABLE" } });
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 1 });
  });

  test("one entry goes back to its queue once, and off the list", async () => {
    const parked = aParkedEvent();
    await park(store.redis, parked);
    const path = `/parked/${encodeURIComponent(parked.id)}/replay`;
    const answers = await Promise.all([
      admin.api(path, { method: "POST" }),
      admin.api(path, { method: "POST" }),
    ]);
    expect(answers.map(({ status }) => status)).toContain(202);
    const jobs = await store.queues.crmEvents.queue.getJobs(["waiting"]);
    expect(jobs.map(({ data }) => data)).toMatchObject([
      parked.work.kind === "event" ? parked.work.event : undefined,
    ]);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ items: [], total: 0 });
  });

  test("an entry that parked again after a replay can be replayed again", async () => {
    const parked = aParkedEvent({ lastParkedAtMs: 1_000 });
    const path = `/parked/${encodeURIComponent(parked.id)}/replay`;
    for (const lastParkedAtMs of [1_000, 2_000]) {
      await park(store.redis, { ...parked, lastParkedAtMs });
      expect((await admin.api(path, { method: "POST" })).status).toBe(202);
    }
    expect(await store.queues.crmEvents.queue.getWaitingCount()).toBe(2);
  });

  test("an entry that parks again while its replay is under way stays on the list", async () => {
    const parked = aParkedEvent({ lastParkedAtMs: 1_000 });
    await park(store.redis, { ...parked, lastParkedAtMs: 2_000 });
    expect(await unparkUnchanged(store.redis, parked)).toBe(false);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 1 });
  });

  test("prompts and deliveries go back to queues of their own", async () => {
    const prompt = { connection: "acme", userId: REP.userId, recordId: RECORD_ID, promptId: "p1" };
    const delivery = { ...prompt, deviceId: "d1" };
    await park(store.redis, aParkedEvent({ id: "acme~p", work: { kind: "prompt", prompt } }));
    await park(store.redis, aParkedEvent({ id: "acme~d", work: { kind: "delivery", delivery } }));
    const answer = await admin.api("/parked/replay", { method: "POST" });
    expect([answer.status, await bodyOf(answer)]).toEqual([
      202,
      { replayed: 2, total: 2, batchId: expect.any(String) },
    ]);
    const [promptJob] = await store.queues.prompts.queue.getJobs(["waiting"]);
    const [deliveryJob] = await store.queues.deliveries.queue.getJobs(["waiting"]);
    expect(promptJob?.data).toMatchObject(prompt);
    expect(deliveryJob?.data).toMatchObject(delivery);
  });

  test("a filter says how many it means before it replays them, and only them", async () => {
    await park(store.redis, aParkedEvent());
    await park(store.redis, aParkedEvent());
    await park(store.redis, aParkedEvent({ reason: "EVENT_UNUSABLE" }));
    const replay = async (body: object) => {
      const answer = await admin.api("/parked/replay", { method: "POST", body });
      return [answer.status, await bodyOf(answer)];
    };
    const filter = { connection: "acme", reason: "NO_READER" };
    expect(await replay({ ...filter, dryRun: true })).toEqual([200, { count: 2, matching: 2 }]);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 3 });
    expect(await replay(filter)).toEqual([
      202,
      { replayed: 2, total: 2, batchId: expect.any(String) },
    ]);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({
      total: 1,
      items: [{ reason: "EVENT_UNUSABLE" }],
    });
  });

  test("a misspelt filter replays nothing", async () => {
    await park(store.redis, aParkedEvent());
    const wrong = await admin.api("/parked/replay", {
      method: "POST",
      body: { conection: "beta" },
    });
    expect(wrong.status).toBe(400);
    const unknown = await admin.api("/parked/replay", {
      method: "POST",
      body: { connection: "nobody" },
    });
    expect(unknown.status).toBe(404);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 1 });
  });
});

describe("the overview", () => {
  test("counts prompts by state, parked work, queues and the last errors", async () => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [
      aPrompt({ state: "waiting", dueAtMs: Date.now() + HOUR_MS }),
      aPrompt({ state: "due", dueAtMs: Date.now() - 60_000 }),
      aPrompt({ state: "sent" }),
    ]);
    await park(store.redis, aParkedEvent());
    await store.redis.hset(
      keyspace.lastErrors(),
      "NO_READER",
      JSON.stringify({ atMs: 1_000, message: "nothing can be read" }),
    );
    const answer = await admin.api("/overview");
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      connections: [
        { name: "acme", appointments: 1, waiting: 1, due: 1, sent: 1, late: 1, parked: 1 },
        { name: "beta", appointments: 0, waiting: 0, due: 0, sent: 0, late: 0, parked: 0 },
      ],
      queues: {
        "crm-events": { waiting: 0, active: 0, delayed: 0, failed: 0 },
        prompts: { waiting: 0 },
        deliveries: { waiting: 0 },
        "write-backs": { waiting: 0 },
        reconcile: { waiting: 0 },
      },
      oldestWaitingMs: 0,
      lagMs: 0,
      lastErrors: [
        { code: "NO_READER", at: "1970-01-01T00:00:01.000Z", message: "nothing can be read" },
      ],
    });
  });

  test("tells how long work has been waiting", async () => {
    const prompt = aPrompt({ dueAtMs: Date.now() - 1_000 });
    await store.queues.prompts.add("acme", [prompt]);
    const later = await startAdmin(store, { nowMs: () => Date.now() + 90_000 });
    others.push(later);
    const overview = await bodyOf(await later.api("/overview"));
    expect(overview.queues.prompts).toMatchObject({ waiting: 1 });
    expect(overview.lagMs).toBeGreaterThanOrEqual(90_000);
    expect(overview.oldestWaitingMs).toBeGreaterThanOrEqual(90_000);
  });
});

test("a store that is gone is answered 503 as JSON, not as a crash", async () => {
  const own = await startStore();
  const server = await startAdmin(own);
  others.push(server, { stop: () => own.server.restart() }, own);
  await own.server.kill();
  const answer = await server.api("/parked");
  expect(answer.status).toBe(503);
  expect(await bodyOf(answer)).toMatchObject({ error: { code: "STORE_UNAVAILABLE" } });
});
