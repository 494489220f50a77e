import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { redactWork } from "../../src/admin/parked/redact-work.ts";
import { applyReport } from "../../src/appointments/apply-report.ts";
import { followEvent } from "../../src/appointments/follow-event.ts";
import { changeAppointment, readAppointment } from "../../src/books/appointment-book.ts";
import { park, parkedIdOf } from "../../src/books/parked-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { type CrmEvent, crmEventSchema } from "../../src/domain/crm-event.ts";
import type { Parked } from "../../src/domain/parked.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, aParkedEvent, RECORD_ID, REP, storeAppointment } from "./state.ts";

const NINE = "2026-11-23T09:00:00.000Z";

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

/** A whole event of nine o'clock that was parked. */
function aParkedVisit(occurredAtMs = Date.parse(NINE)): Parked {
  const event: CrmEvent = {
    kind: "record-changed",
    connection: "acme",
    eventId: "visit-1",
    source: "json",
    receivedAtMs: occurredAtMs + 10,
    recordType: "ServiceAppointment",
    recordId: RECORD_ID,
    occurredAtMs,
    appointment: {
      status: "scheduled",
      startAt: Date.parse(NINE),
      title: "Roof of Jane Doe",
      crmObjects: [{ objectType: "Lead", objectId: "00Q5f000004XyZaEAK" }],
      reps: [REP],
    },
  };
  return aParkedEvent({
    id: parkedIdOf("acme", "crm-events-json-visit-1"),
    work: { kind: "event", event },
  });
}

const pathOf = ({ id }: Parked, rest = "") => `/parked/${encodeURIComponent(id)}${rest}`;

async function post(parked: Parked, rest: string, body: unknown = {}) {
  const answer = await admin.api(pathOf(parked, rest), { method: "POST", body });
  return { status: answer.status, body: await bodyOf(answer) };
}

async function trail() {
  return bodyOf(await admin.api("/audit"));
}

/** Follows the one event that waits, the way the worker does. */
async function followWaiting(): Promise<CrmEvent> {
  const [job] = await store.queues.crmEvents.queue.getWaiting();
  const event = crmEventSchema.parse(job?.data);
  await followEvent(
    {
      connections: new Map([["acme", aConnection()]]),
      readStored: ({ name }, recordId) =>
        readAppointment(store.redis, { connection: name, recordId }),
      readRecord: () => Promise.reject(new Error("nothing is read")),
      messageChange: () => undefined,
      applyReport: ({ name: connection }, recordId, reportOf) =>
        applyReport(
          {
            connection,
            nowMs: Date.now(),
            changeAppointment: (decide) =>
              changeAppointment(store.redis, { connection, recordId }, decide),
          },
          recordId,
          reportOf,
        ),
      applyPlan: async () => undefined,
      enqueue: async () => undefined,
    },
    event,
  );
  return event;
}

describe("looking inside", () => {
  test("shows structure, ids and times; what is personal only in full, and then it is on the trail", async () => {
    const parked = aParkedVisit();
    await park(store.redis, parked);
    const inside = await bodyOf(await admin.api(pathOf(parked)));
    expect(inside).toMatchObject({ isWhole: false, isEditable: true, whyNotEditable: null });
    expect(inside.work.event).toMatchObject({
      recordId: RECORD_ID,
      occurredAtMs: Date.parse(NINE),
      appointment: {
        status: "scheduled",
        crmObjects: [{ objectType: "Lead", objectId: "00Q5f000004XyZaEAK" }],
        reps: [{ userId: REP.userId }],
      },
    });
    const text = JSON.stringify(inside);
    for (const personal of ["Jane", "Roof", REP.name, REP.email]) {
      expect(text).not.toContain(personal);
    }
    const { status, body } = await post(parked, "/reveal");
    expect(status).toBe(200);
    expect(body.isWhole).toBe(true);
    expect(body.work.event.appointment.title).toBe("Roof of Jane Doe");
    expect(body.event).toMatchObject({ eventId: "visit-1", occurredAt: NINE });
    const told = await trail();
    expect(told.items[0]).toMatchObject({ subject: parked.id, after: { reason: "NO_READER" } });
    expect(JSON.stringify(told)).not.toMatch(/Jane|rita@/i);
  });

  test("hides what no rule knows to be harmless, in whatever a sender made up", () => {
    const shown = redactWork({
      queue: "crm-events",
      payload: {
        Owner: { Name: "Rita Rep", "rita@example.com": "mobile" },
        userId: "rita@example.com",
        Phone: "+15550100123",
        amount: 1234,
        isDeleted: "false",
        SystemModstamp: "2026-11-23T09:00:00.000Z",
        link: "https://bridge.example.com/go/a-token",
        list: ["0055f00000AbCdEAAV", "Maximilianmuster12"],
      },
    });
    expect(shown).toEqual({
      queue: "crm-events",
      payload: {
        Owner: { Name: "•••••", "••••• 2": "•••••" },
        userId: "•••••",
        Phone: "•••••",
        amount: "•••••",
        isDeleted: "false",
        SystemModstamp: "2026-11-23T09:00:00.000Z",
        link: "•••••",
        list: ["0055f00000AbCdEAAV", "•••••"],
      },
    });
  });

  test("is not found for what is not parked", async () => {
    const parked = aParkedVisit();
    expect((await admin.api(pathOf(parked))).status).toBe(404);
    expect((await post(parked, "/reveal")).status).toBe(404);
    expect((await post(parked, "/replay")).status).toBe(404);
  });
});

describe("an edit", () => {
  test("is replayed in the place of what was parked, and the trail tells which fields changed", async () => {
    const parked = aParkedVisit();
    await park(store.redis, parked);
    const { event } = (await post(parked, "/reveal")).body;
    const edited = {
      ...event,
      appointment: { ...event.appointment, status: "canceled", title: "Roof", endAt: null },
    };
    expect((await post(parked, "/replay", { event: edited })).status).toBe(202);
    const followed = await followWaiting();
    expect(followed).toMatchObject({
      eventId: "visit-1",
      receivedAtMs: Date.parse(NINE) + 10,
      appointment: { status: "canceled", title: "Roof" },
    });
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 0, reasons: [] });
    const [entry] = (await trail()).items;
    expect(entry).toMatchObject({
      subject: parked.id,
      before: { "appointment.status": "scheduled", "appointment.title": "•••••" },
      after: { "appointment.status": "canceled", "appointment.title": "•••••" },
    });
    expect(Object.keys(entry.after)).toHaveLength(2);
  });

  test("is checked as if it came in from outside, and cannot pass itself off as newer", async () => {
    const parked = aParkedVisit();
    await park(store.redis, parked);
    const { event } = (await post(parked, "/reveal")).body;
    const issuesOf = async (change: object) => {
      const { status, body } = await post(parked, "/replay", { event: { ...event, ...change } });
      expect(status).toBe(400);
      return body.error.issues.map(({ path }: { path: string }) => path);
    };
    expect(await issuesOf({ occurredAt: new Date().toISOString() })).toEqual(["event.occurredAt"]);
    expect(await issuesOf({ eventId: "another" })).toEqual(["event.eventId"]);
    expect(await issuesOf({ recordId: "no id!" })).toEqual(["event.recordId"]);
    const back = { ...event.appointment, endAt: "2026-11-23T08:00:00Z" };
    expect(await issuesOf({ appointment: back })).toEqual(["event.appointment.endAt"]);
    expect((await post(parked, "/replay", { evnet: event })).status).toBe(400);
    expect(await bodyOf(await admin.api("/parked"))).toMatchObject({ total: 1 });
    expect(await store.queues.crmEvents.queue.getWaitingCount()).toBe(0);
  });

  test("of an old event does not bring an older state back", async () => {
    const appointment = anAppointment({ status: "completed", title: "As it is now" });
    await storeAppointment(store.redis, appointment);
    const parked = aParkedVisit(Date.now() - 3_600_000);
    await park(store.redis, parked);
    const { event } = (await post(parked, "/reveal")).body;
    const edited = { ...event, appointment: { ...event.appointment, title: "As it was" } };
    expect((await post(parked, "/replay", { event: edited })).status).toBe(202);
    await followWaiting();
    const record = { connection: "acme", recordId: RECORD_ID };
    const stored = await readAppointment(store.redis, record);
    expect(stored?.appointment).toMatchObject({ status: "completed", title: "As it is now" });
    expect((await readTimeline(store.redis, record)).at(-1)).toMatchObject({
      kind: "event.stale",
      eventId: "visit-1",
    });
  });

  test("is refused, with the way to mend it, for what nobody can mend by hand", async () => {
    const known = aParkedEvent();
    const unreadable = {
      ...known,
      work: { kind: "unreadable", queue: "crm-events", payload: { Name: "Rita" } },
    } as const;
    const message = aParkedVisit();
    const fromCrm =
      message.work.kind === "event"
        ? {
            ...message,
            work: { ...message.work, event: { ...message.work.event, source: "outbound-message" } },
          }
        : message;
    for (const parked of [unreadable, fromCrm] as Parked[]) {
      await park(store.redis, parked);
      const inside = await bodyOf(await admin.api(pathOf(parked)));
      expect(inside).toMatchObject({ isEditable: false });
      expect(inside.whyNotEditable).toMatch(/mend (it|the)/i);
      const { status, body } = await post(parked, "/replay", { event: { eventId: "x" } });
      expect([status, body.error.code]).toEqual([409, "NOT_EDITABLE"]);
    }
  });
});

describe("the counts by reason", () => {
  test("are kept while work parks, parks anew for another reason, and is taken off", async () => {
    const first = aParkedEvent();
    await park(store.redis, first);
    await park(store.redis, aParkedEvent({ reason: "ORG_RECORD_GONE" }));
    await park(store.redis, aParkedEvent({ reason: "ORG_RECORD_GONE" }));
    const list = async (query = "") => bodyOf(await admin.api(`/parked${query}`));
    const reasons = [
      { reason: "ORG_RECORD_GONE", count: 2 },
      { reason: "NO_READER", count: 1 },
    ];
    expect(await list()).toMatchObject({ total: 3, reasons });
    expect(await list("?reason=NO_READER")).toMatchObject({ total: 1, reasons });
    await park(store.redis, { ...first, reason: "ORG_RECORD_GONE", lastParkedAtMs: Date.now() });
    const all = [{ reason: "ORG_RECORD_GONE", count: 3 }];
    expect(await list("?reason=NO_READER")).toMatchObject({ total: 0, items: [], reasons: all });
    expect((await post(first, "/replay")).status).toBe(202);
    expect(await list()).toMatchObject({ total: 2, reasons: [{ count: 2 }] });
  });

  test("cover what an earlier version parked, and ten thousand entries cost no reading", async () => {
    const old = Array.from({ length: 10_000 }, (_, at) =>
      aParkedEvent({
        id: `acme~old-${at}`,
        reason: at < 10 ? "NO_READER" : "ORG_QUERY_REFUSED",
        lastParkedAtMs: 1_000 + at,
      }),
    );
    const pipeline = store.redis.pipeline();
    for (const parked of old) {
      pipeline.hset(keyspace.parked("acme"), parked.id, JSON.stringify(parked));
      pipeline.zadd(keyspace.parkedByTime("acme"), parked.lastParkedAtMs, parked.id);
    }
    await pipeline.exec();
    const list = await bodyOf(await admin.api("/parked?reason=NO_READER&limit=6"));
    expect(list.total).toBe(10);
    expect(list.reasons.map(({ count }: { count: number }) => count)).toEqual([9_990, 10]);
    const rest = await bodyOf(
      await admin.api(`/parked?reason=NO_READER&limit=6&cursor=${list.nextCursor}`),
    );
    expect([list.items.length, rest.items.length, rest.nextCursor]).toEqual([6, 4, null]);
    const reads = await commandsOf(() => admin.api("/parked?reason=NO_READER"));
    expect(reads).toBeLessThan(60);
  });
});

/** How many commands Redis ran meanwhile: what a call costs, whatever the machine. */
async function commandsOf(work: () => Promise<unknown>): Promise<number> {
  const count = async () =>
    Number(/total_commands_processed:(\d+)/.exec(await store.redis.info("stats"))?.[1]);
  const before = await count();
  await work();
  return (await count()) - before;
}
