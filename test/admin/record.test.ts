import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { deliveryCommand } from "../../src/books/appointment-book.ts";
import { changeRep } from "../../src/books/change-rep.ts";
import { saveDevice } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { appendTimeline } from "../../src/books/timeline-book.ts";
import { deviceSchema } from "../../src/domain/device.ts";
import { keyspace } from "../../src/keyspace.ts";
import { until } from "../support/until.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, aPrompt, RECORD_ID, REP, storeAppointment, storePrompts } from "./state.ts";

const RECORD = { connection: "acme", recordId: RECORD_ID };
const REP_REF = { connection: "acme", userId: REP.userId };

let store: AdminStore;
let admin: AdminServer;
beforeAll(async () => {
  store = await startStore();
  const acme = aConnection({ name: "acme", integrationConnectionId: "01HACME0000000000000000000" });
  const connections = new Map([
    ["acme", acme],
    ["beta", aConnection({ name: "beta" })],
    ["gamma", aConnection({ name: "gamma", links: { host: "-no-host" } })],
  ]);
  admin = await startAdmin(store, {
    connections,
    publicUrl: new URL("https://bridge.example.com"),
  });
});
beforeEach(() => store.redis.flushall());
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

async function record(connection = "acme") {
  const answer = await admin.api(`/appointments/${connection}/${RECORD_ID}`);
  return { status: answer.status, ...(await bodyOf(answer)) };
}

async function enrol(label: string): Promise<void> {
  const device = deviceSchema.parse({
    ...REP_REF,
    deviceId: "d1",
    channel: "webhook",
    label,
    state: "active",
    sealedAddress: "sealed-address",
    addressHash: "",
    createdAtMs: 1,
  });
  await saveDevice(store.redis, device);
}

describe("the record page", () => {
  test("shows every prompt's link as it would be built now, each part explained", async () => {
    const crmObjects = [{ objectType: "Lead" as const, objectId: "00Q5f000000CuStAAK" }];
    await storeAppointment(store.redis, anAppointment({ title: "Old" }));
    const dueAtMs = Date.now();
    const start = aPrompt({ state: "sent", dueAtMs });
    const stop = aPrompt({ action: "stop", state: "waiting", dueAtMs: dueAtMs + 1 });
    const dropped = aPrompt({ state: "superseded", dueAtMs: dueAtMs + 2 });
    await storePrompts(store.redis, [start, stop, dropped]);
    await storeAppointment(store.redis, anAppointment({ title: "Roof & gutters", crmObjects }));
    const { prompts } = await record();
    const part = (name: string, value: string) => ({ name, value, meaning: expect.any(String) });
    expect(prompts[0].linkParts).toEqual([
      part("action", "start"),
      part("title", "Roof & gutters"),
      part("redirectUrl", `https://bridge.example.com/done/${start.token}`),
      part("integrationConnectionId", "01HACME0000000000000000000"),
      part("crmObjects", "Lead 00Q5f000000CuStAAK"),
    ]);
    expect(prompts[0].linkParts.every(({ meaning }: { meaning: string }) => meaning !== "")).toBe(
      true,
    );
    expect(prompts[1].link).toBe(
      `https://app.siro.ai/record?action=stop&redirectUrl=${encodeURIComponent(`https://bridge.example.com/done/${stop.token}`)}`,
    );
    expect(prompts[2]).toMatchObject({ link: null, linkParts: [] });
  });

  test("has no link where the rules of links refuse it", async () => {
    await storeAppointment(store.redis, anAppointment(), "gamma");
    await storePrompts(store.redis, [aPrompt()], "gamma");
    const { prompts } = await record("gamma");
    expect(prompts[0]).toMatchObject({ link: null, linkParts: [] });
  });

  test("names devices by their label, reps with their zone, and never an address", async () => {
    await storeAppointment(store.redis, anAppointment());
    await saveRep(store.redis, "acme", { ...REP, timeZone: "America/Denver" });
    await enrol("Rita's iPhone");
    const prompt = aPrompt({ state: "sent", sentAtMs: Date.now() });
    await storePrompts(store.redis, [prompt]);
    const delivery = {
      deliveryId: "x",
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
    const commands = [
      deliveryCommand(RECORD, delivery),
      deliveryCommand(RECORD, { ...delivery, deliveryId: "y", deviceId: "forgotten" }),
    ];
    await changeRep(store.redis, REP_REF, () => ({ result: undefined, commands }));
    const shown = await record();
    expect(shown.deliveries).toMatchObject([{ label: "Rita's iPhone" }, { deviceId: "forgotten" }]);
    expect(shown.deliveries[1]).not.toHaveProperty("label");
    expect(shown.reps).toEqual([{ ...REP, timeZone: "America/Denver" }]);
    expect(shown).toMatchObject({ outlook: "sent", summaryTimeZone: "America/Denver" });
    expect(shown.summary).toMatch(/^Sent to Rita's iPhone/);
    expect(JSON.stringify(shown)).not.toContain("sealed-address");
  });

  test("strikes through what a later plan dropped", async () => {
    await storeAppointment(store.redis, anAppointment());
    const line = (text: string, promptId: string) =>
      ({ atMs: 1, kind: "plan.changed", text, promptId, userId: REP.userId }) as const;
    await appendTimeline(store.redis, RECORD, [
      line("Planned: start at 08:58", "p1"),
      line("Planned: stop at 10:00", "p2"),
      line("Dropped: start at 08:58", "p1"),
      line("Planned: start at 13:58", "p3"),
    ]);
    const { timeline } = await record();
    expect(timeline.map((entry: object) => "isSuperseded" in entry)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(timeline[0]).toMatchObject({ isSuperseded: true });
  });

  test("of another connection is not found, whatever it shares by name", async () => {
    await storeAppointment(store.redis, anAppointment());
    await appendTimeline(store.redis, RECORD, [
      { atMs: 1, kind: "work.parked", text: "Parked: NO_READER. x" },
    ]);
    expect((await record("beta")).status).toBe(404);
    const list = await admin.api("/appointments?connection=beta&q=roof");
    expect(await bodyOf(list)).toEqual({ items: [], nextCursor: null, lookedUntil: null });
    const byRep = await admin.api(`/appointments?connection=beta&rep=${REP.userId}`);
    expect(await bodyOf(byRep)).toEqual({ items: [], nextCursor: null, lookedUntil: null });
    // A cursor of another connection's list opens nothing either.
    await storeAppointment(store.redis, anAppointment({ recordId: "second" }));
    const { nextCursor } = await bodyOf(await admin.api("/appointments?connection=acme&limit=1"));
    const crossed = await admin.api(`/appointments?connection=beta&cursor=${nextCursor}`);
    expect(await bodyOf(crossed)).toMatchObject({ items: [] });
  });

  test("the list has the same summaries, of the page's own connection", async () => {
    for (const [connection, label] of [
      ["acme", "iPhone"],
      ["beta", "iPad"],
    ] as const) {
      await storeAppointment(store.redis, anAppointment(), connection);
      await storePrompts(
        store.redis,
        [aPrompt({ state: "waiting", dueAtMs: Date.now() + 60_000 })],
        connection,
      );
      if (connection === "acme") {
        await enrol(label);
      }
    }
    const { items } = await bodyOf(await admin.api("/appointments"));
    const summaries = items.map((one: { summary: string }) => one.summary);
    expect(summaries).toEqual([
      expect.not.stringContaining("no device"),
      expect.stringMatching(/^Waiting: the start is due at \S+( on .*)?; Rita has no device$/),
    ]);
    expect(items).toMatchObject([{ outlook: "planned" }, { outlook: "planned" }]);
  });

  test.each([
    ["planned", ["waiting"]],
    ["opened", ["opened"]],
    ["not-sent", ["skipped"]],
    ["sent", ["sent", "opened"]],
  ])("the list is narrowed by the outlook %s", async (state, expected) => {
    const far = { expiresAtMs: Date.now() + 3_600_000 };
    const prompts = {
      waiting: aPrompt({ ...far, state: "waiting", dueAtMs: Date.now() + 60_000 }),
      sent: aPrompt({ ...far, state: "sent" }),
      opened: aPrompt({ ...far, state: "sent", answeredAtMs: 1 }),
      skipped: aPrompt({ ...far, state: "skipped" }),
    };
    const startAtMs = Date.now();
    for (const [at, [recordId, prompt]] of Object.entries(prompts).entries()) {
      await storeAppointment(store.redis, anAppointment({ recordId, startAtMs: startAtMs + at }));
      await storePrompts(store.redis, [{ ...prompt, recordId }]);
    }
    const { items } = await bodyOf(await admin.api(`/appointments?state=${state}`));
    expect(items.map((one: { recordId: string }) => one.recordId)).toEqual(expected);
  });
});

describe("an event that is sent again", () => {
  const at = (minutes: number) => Date.parse("2026-11-23T08:00:00Z") + minutes * 60_000;
  const event = (eventId: string, minutes: number, source: "json" | "reconcile" = "json") =>
    ({
      kind: "record-changed",
      connection: "acme",
      source,
      eventId,
      receivedAtMs: at(minutes),
      recordType: "ServiceAppointment",
      recordId: RECORD_ID,
      occurredAtMs: at(0),
    }) as const;

  test("stands where it came last, with how often; what the bridge looked at twice does not", async () => {
    await storeAppointment(store.redis, anAppointment());
    await appendTimeline(store.redis, RECORD, [
      { atMs: at(1), kind: "event.applied", text: "Appointment stored", eventId: "first" },
      { atMs: at(40), kind: "prompt.sent", text: "Sent" },
    ]);
    const { crmEvents } = store.queues;
    const put = async (...events: ReturnType<typeof event>[]) => crmEvents.put(events);
    await put(event("first", 0), event("polled", 0, "reconcile"));
    expect(await put(event("first", 20))).toEqual(["duplicate"]);
    expect(await put(event("polled", 21, "reconcile"))).toEqual(["duplicate"]);
    expect(await put(event("new", 30), event("first", 31))).toEqual(["accepted", "duplicate"]);
    const told = await until(
      async () => {
        const { timeline } = await record();
        return timeline[1]?.text.includes("2 times") ? timeline : undefined;
      },
      { timeoutMs: 10_000, what: "the repeats on the timeline" },
    );
    expect(told).toEqual([
      expect.objectContaining({ kind: "event.applied" }),
      {
        at: new Date(at(31)).toISOString(),
        kind: "event.duplicate",
        eventId: "first",
        text: "Event first came again, 2 times so far: ignored as a duplicate",
      },
      expect.objectContaining({ kind: "prompt.sent" }),
    ]);
    expect(await crmEvents.queue.getWaitingCount()).toBe(3);
  });

  test("is told when it came twice in one batch, too", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { crmEvents } = store.queues;
    const batch = [event("twice", 0), event("twice", 1)];
    expect(await crmEvents.put(batch)).toEqual(["accepted", "duplicate"]);
    await until(
      async () =>
        (await record()).timeline.some(({ text }: { text: string }) => /twice came/.test(text)),
      { timeoutMs: 10_000, what: "the repeat on the timeline" },
    );
    const [job] = await crmEvents.queue.getWaiting();
    expect(job?.data).toMatchObject({ receivedAtMs: at(0) });
  });

  test("is answered as before while nothing can be noted", async () => {
    const { crmEvents } = store.queues;
    await crmEvents.put([event("first", 0)]);
    await store.redis.set(keyspace.cameAgain("acme", RECORD_ID), "in the way");
    expect(await crmEvents.put([event("first", 20)])).toEqual(["duplicate"]);
  });
});
