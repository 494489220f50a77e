import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { readWatermarks, saveWatermarks } from "../../src/books/watermark-book.ts";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { createReconcileQueue, reconcileJobSchema } from "../../src/queues/reconcile.ts";
import { openProducerRedis } from "../../src/redis.ts";
import { horizonRefs } from "../../src/salesforce/horizon-refs.ts";
import type { Org } from "../../src/salesforce/org.ts";
import { OrgUnavailableError } from "../../src/salesforce/org-errors.ts";
import { pollChanges, type Watermarks } from "../../src/salesforce/poll-changes.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import {
  type AcmeOptions,
  type AcmeOrg,
  addRep,
  addVisit,
  assign,
  startAcmeOrg,
} from "./acme-org.ts";

const NOON_MS = Date.parse("2026-11-23T12:00:00Z");
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LEAD_DATES = { lead: { startField: "Start__c" }, opportunity: { startField: "Day__c" } };
const DATED_FIELDS = {
  Lead: [{ name: "Start__c", type: "datetime" }],
  Opportunity: [{ name: "Day__c", type: "date" }],
} as const;

const started: StubOrg[] = [];
let clock = { nowMs: NOON_MS };
afterEach(async () => {
  await Promise.all(started.splice(0).map((stub) => stub.stop()));
  clock = { nowMs: NOON_MS };
});

describe("the first poll", () => {
  test("finds the last day's changes, and all that starts within the horizon", async () => {
    clock.nowMs = NOON_MS - 40 * DAY_MS;
    const { stub, org } = await acme();
    const [soon, far, past] = ["2026-12-01", "2027-02-01", "2026-11-01"].map((day) =>
      addVisit(stub, { SchedStartTime: `${day}T10:00:00.000Z` }),
    );
    clock.nowMs = NOON_MS - DAY_MS / 2;
    const changed = addVisit(stub, { SchedStartTime: null, SchedEndTime: null });
    clock.nowMs = NOON_MS;
    const { events, watermarks } = await poll(org);
    expect(idsIn(events)).toEqual([soon, changed].sort());
    expect(idsIn(events)).not.toContain(far);
    expect(idsIn(events)).not.toContain(past);
    expect(watermarks).toMatchObject({ ServiceAppointment: { stampMs: NOON_MS - DAY_MS / 2 } });
  });

  test("looks into the horizon once: the next poll has only changes", async () => {
    clock.nowMs = NOON_MS - 40 * DAY_MS;
    const { stub, org } = await acme();
    addVisit(stub, { SchedStartTime: "2026-12-01T10:00:00.000Z" });
    clock.nowMs = NOON_MS;
    const first = await poll(org);
    expect(first.events).toHaveLength(1);
    expect((await poll(org, first.watermarks)).events).toEqual([]);
  });
});

test("a first poll that could not look into the horizon is repeated for that object", async () => {
  clock.nowMs = NOON_MS - 40 * DAY_MS;
  const { stub, org } = await acme();
  const id = addVisit(stub, { SchedStartTime: "2026-12-01T10:00:00.000Z" });
  clock.nowMs = NOON_MS;
  stub.faults.inject(
    { kind: "sub-request-error", status: 400, errorCode: "QUERY_TIMEOUT" },
    { path: "SchedStartTime >=" },
  );
  const first = await poll(org);
  expect(first).toMatchObject({
    events: [],
    refused: [{ type: "ServiceAppointment", code: "QUERY_TIMEOUT" }],
  });
  expect(Object.keys(first.watermarks)).not.toContain("ServiceAppointment");
  expect(idsIn((await poll(org, first.watermarks)).events)).toEqual([id]);
});

describe("a poll", () => {
  test("costs one call, for all objects", async () => {
    const { org, dataCalls } = await acme();
    const { watermarks } = await poll(org);
    const before = dataCalls();
    await poll(org, watermarks);
    expect(dataCalls() - before).toBe(1);
  });

  test("costs two calls with both Lead and Opportunity, as six queries do not fit into one", async () => {
    const { org, dataCalls } = await acme(DATED);
    const { watermarks } = await poll(org);
    const before = dataCalls();
    await poll(org, watermarks);
    expect(dataCalls() - before).toBe(2);
  });

  test("finds a visit that was changed, and one that was deleted", async () => {
    const { stub, org, watermarks } = await settled();
    const [changed, deleted] = [addVisit(stub), addVisit(stub)];
    stub.store.delete(deleted);
    const { events } = await poll(org, watermarks);
    expect(events).toEqual([
      expect.objectContaining({ recordId: changed, isDeleted: false, occurredAtMs: clock.nowMs }),
      expect.objectContaining({ recordId: deleted, isDeleted: true }),
    ]);
  });

  test("finds the visit of an assignment that came, changed or went, though the visit did not change", async () => {
    const { stub, org } = await acme();
    const ids = [addVisit(stub), addVisit(stub), addVisit(stub)] as const;
    const [one, other] = [addRep(stub, "a@example.com"), addRep(stub, "b@example.com")];
    const moved = assign(stub, ids[1], one.resourceId);
    const removed = assign(stub, ids[2], one.resourceId);
    const { watermarks } = await poll(org);
    clock.nowMs += 10 * MINUTE_MS;
    assign(stub, ids[0], one.resourceId);
    stub.store.update(moved, { ServiceResourceId: other.resourceId });
    stub.store.delete(removed);
    // So long ago that only the assignments can tell.
    const marks = { ...watermarks, ServiceAppointment: { stampMs: clock.nowMs } };
    const { events } = await poll(org, marks);
    expect(idsIn(events)).toEqual([...ids].sort());
    expect(
      events.every(
        ({ recordType, isDeleted }) => recordType === "ServiceAppointment" && !isDeleted,
      ),
    ).toBe(true);
  });

  test("finds the Event of an invitation", async () => {
    const { stub, org, watermarks } = await settled();
    const { userId } = addRep(stub, "guest@example.com");
    const eventId = idOf(stub.store.insert("Event", { Subject: "Visit" }));
    stub.store.insert("EventRelation", { EventId: eventId, RelationId: userId });
    const { events } = await poll(org, watermarks);
    expect(events).toEqual([expect.objectContaining({ recordType: "Event", recordId: eventId })]);
  });

  test("finds Leads and Opportunities only where their dates are configured", async () => {
    for (const [options, found] of [
      [DATED, 2],
      [{}, 0],
    ] as const) {
      const { stub, org, watermarks } = await settled(options);
      stub.store.insert("Lead", { LastName: "Ames", Company: "Ames" });
      stub.store.insert("Opportunity", { Name: "Roof", StageName: "New", CloseDate: "2026-12-31" });
      expect((await poll(org, watermarks)).events).toHaveLength(found);
    }
  });

  test("finds the last five minutes again, as the same events", async () => {
    const { stub, org, watermarks } = await settled();
    addVisit(stub);
    const first = await poll(org, watermarks);
    clock.nowMs += MINUTE_MS;
    const again = await poll(org, first.watermarks);
    expect(again.events).toEqual(first.events);
    clock.nowMs += 10 * MINUTE_MS;
    addVisit(stub);
    const later = await poll(org, again.watermarks);
    clock.nowMs += MINUTE_MS;
    expect((await poll(org, later.watermarks)).events).toHaveLength(1);
  });

  test("finds what a slow transaction shows only after the watermark has passed it", async () => {
    const { stub, org, watermarks } = await settled();
    addVisit(stub);
    const first = await poll(org, watermarks);
    const late = addVisit(stub, {
      SystemModstamp: new Date(clock.nowMs - 4 * MINUTE_MS).toISOString(),
    });
    expect(idsIn((await poll(org, first.watermarks)).events)).toContain(late);
  });

  test("tells a row once: when its stamp is settled, and again only with another stamp", async () => {
    const { stub, org, watermarks } = await settled();
    const id = addVisit(stub);
    clock.nowMs += MINUTE_MS;
    const first = await poll(org, watermarks);
    expect(idsIn(first.events)).toEqual([id]);
    const again = await poll(org, first.watermarks);
    expect(again.events).toEqual([]);
    stub.store.update(id, { Subject: "Other" });
    clock.nowMs += MINUTE_MS;
    expect(idsIn((await poll(org, again.watermarks)).events)).toEqual([id]);
  });

  test("tells an assignment that shows late, though its visit changed after it and that was told", async () => {
    const { stub, org, watermarks } = await settled();
    const { resourceId } = addRep(stub, "late@example.com");
    const id = addVisit(stub);
    clock.nowMs += MINUTE_MS;
    const first = await poll(org, watermarks);
    const stampMs = clock.nowMs - 2 * MINUTE_MS;
    const row = stub.store.insert("AssignedResource", {
      ServiceAppointmentId: id,
      ServiceResourceId: resourceId,
      SystemModstamp: new Date(stampMs).toISOString(),
    });
    const late = await poll(org, first.watermarks);
    expect(late.events).toEqual([
      expect.objectContaining({
        recordId: id,
        occurredAtMs: stampMs,
        eventId: expect.stringContaining(idOf(row)),
      }),
    ]);
    expect((await poll(org, late.watermarks)).events).toEqual([]);
  });

  test("forgets rows that the overlap has passed", async () => {
    const { stub, org, watermarks } = await settled();
    addVisit(stub);
    clock.nowMs += 10 * MINUTE_MS;
    addVisit(stub);
    clock.nowMs += MINUTE_MS;
    const { watermarks: marks } = await poll(org, watermarks);
    expect(Object.keys(marks["ServiceAppointment"]?.seen ?? {})).toHaveLength(1);
  });

  test("gives one event per record, its newest change", async () => {
    const { stub, org, watermarks } = await settled();
    const id = addVisit(stub);
    clock.nowMs += MINUTE_MS;
    assign(stub, id, addRep(stub, "a@example.com").resourceId);
    const { events } = await poll(org, watermarks);
    expect(events).toEqual([expect.objectContaining({ recordId: id, occurredAtMs: clock.nowMs })]);
  });

  test("is not slowed by our clock: marks are the org's own stamps", async () => {
    const { stub, org } = await acme();
    const { watermarks } = await poll(org, {}, { nowMs: NOON_MS + 3 * 3_600_000 });
    const id = addVisit(stub);
    expect(idsIn((await poll(org, watermarks)).events)).toEqual([id]);
  });
});

describe("more rows than a page holds", () => {
  test("are all found, also when they share one stamp", async () => {
    const { stub, org, watermarks, dataCalls } = await settled();
    const ids = Array.from({ length: 50 }, () => addVisit(stub));
    const before = dataCalls();
    const { events, watermarks: next } = await poll(org, watermarks, { pageRows: 10 });
    expect(idsIn(events)).toEqual([...ids].sort());
    expect(dataCalls() - before).toBe(6);
    expect(next["ServiceAppointment"]).toEqual({ stampMs: clock.nowMs });
  });

  test("wait for the next poll when there are too many, which goes on right behind", async () => {
    const { stub, org, watermarks } = await settled();
    const ids = Array.from({ length: 50 }, () => addVisit(stub));
    const found: string[] = [];
    let marks = watermarks;
    for (let nth = 0; nth < 3; nth += 1) {
      const result = await poll(org, marks, { pageRows: 10, maxPages: 2 });
      found.push(...result.events.map(({ recordId }) => recordId));
      marks = result.watermarks;
    }
    expect(found.toSorted(byText)).toEqual(ids.toSorted(byText));
    expect(marks["ServiceAppointment"]).toEqual({ stampMs: clock.nowMs });
  });

  test("are all found when the org's own pages are smaller than asked for", async () => {
    const { stub, org, watermarks } = await settled({ stub: { pageSize: 200 } });
    const ids = Array.from({ length: 450 }, () => addVisit(stub));
    expect(idsIn((await poll(org, watermarks)).events)).toEqual([...ids].sort());
  });

  test("are all found in the horizon", async () => {
    const { stub, org } = await acme();
    const ids = Array.from({ length: 25 }, () => addVisit(stub));
    const refs = await horizonRefs(org, { nowMs: clock.nowMs, pageRows: 10 });
    expect(idsIn(refs)).toEqual([...ids].sort());
  });
});

describe("the horizon", () => {
  test("holds what starts in it: visits, Events, and records with configured dates, but nothing deleted", async () => {
    const { stub, org, dataCalls } = await acme(DATED);
    const { store } = stub;
    const ids = [
      addVisit(stub),
      idOf(store.insert("Event", { Subject: "Visit", StartDateTime: "2026-11-24T10:00:00.000Z" })),
      idOf(
        store.insert("Lead", { LastName: "A", Company: "A", Start__c: "2026-11-24T10:00:00.000Z" }),
      ),
      idOf(
        store.insert("Opportunity", {
          Name: "Roof",
          StageName: "New",
          CloseDate: "2026-12-31",
          Day__c: "2026-11-24",
        }),
      ),
    ];
    store.delete(addVisit(stub));
    const refs = await horizonRefs(org, { nowMs: clock.nowMs });
    expect(idsIn(refs)).toEqual([...ids].sort());
    expect(dataCalls()).toBe(1);
  });

  test("gives the same event all day, and another one tomorrow", async () => {
    const { stub, org } = await acme();
    addVisit(stub, { SchedStartTime: "2026-12-01T10:00:00.000Z" });
    const at = (hours: number) => horizonRefs(org, { nowMs: NOON_MS + hours * 3_600_000 });
    const [now, later, tomorrow] = [await at(0), await at(6), await at(24)];
    expect(later[0]?.eventId).toBe(now[0]?.eventId);
    expect(tomorrow[0]?.eventId).not.toBe(now[0]?.eventId);
  });
});

describe("an org that does not let us look", () => {
  test("is polled without the objects that it does not have", async () => {
    const { stub, org, dataCalls } = await acme({ stub: { hasFieldService: false } });
    const { watermarks } = await poll(org);
    clock.nowMs += MINUTE_MS;
    const eventId = idOf(stub.store.insert("Event", { Subject: "Visit" }));
    const before = dataCalls();
    const { events, refused } = await poll(org, watermarks);
    expect(idsIn(events)).toEqual([eventId]);
    expect(refused).toEqual([]);
    expect(dataCalls() - before).toBe(1);
  });

  test("keeps the watermark of what it refused, and moves the others", async () => {
    const { stub, org, watermarks } = await settled();
    const [visitId, eventId] = [addVisit(stub), idOf(stub.store.insert("Event", { Subject: "V" }))];
    stub.faults.inject(
      { kind: "sub-request-error", status: 400, errorCode: "QUERY_TIMEOUT" },
      { path: "FROM ServiceAppointment" },
    );
    const first = await poll(org, watermarks);
    expect(first.refused).toEqual([{ type: "ServiceAppointment", code: "QUERY_TIMEOUT" }]);
    expect(idsIn(first.events)).toEqual([eventId]);
    expect(first.watermarks["ServiceAppointment"]).toEqual(watermarks["ServiceAppointment"]);
    expect(idsIn((await poll(org, first.watermarks)).events)).toContain(visitId);
  });

  test("is left alone at 80 % of its calls, until that is old news", async () => {
    const { stub, org, watermarks, dataCalls } = await settled();
    stub.usage.limit = 100;
    stub.usage.used = 80;
    await poll(org, watermarks);
    const before = dataCalls();
    expect(await poll(org, watermarks)).toEqual({
      events: [],
      watermarks,
      covered: [],
      isPaused: true,
      refused: [],
    });
    expect(dataCalls()).toBe(before);
    clock.nowMs += 5 * MINUTE_MS;
    expect((await poll(org, watermarks)).isPaused).toBe(false);
  });

  test("fails the poll when it is down: nothing is taken for known", async () => {
    const { stub, org, watermarks } = await settled();
    stub.faults.inject({ kind: "unavailable-json" });
    await expect(poll(org, watermarks)).rejects.toBeInstanceOf(OrgUnavailableError);
  });
});

describe("what is kept in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  test("watermarks come back as they were, each connection's own", async () => {
    const redis = openProducerRedis(server.url);
    await until(() => redis.status === "ready", { timeoutMs: 5_000, what: "Redis" });
    await saveWatermarks(redis, "acme", {
      Event: { stampMs: 1 },
      Lead: { stampMs: 2, afterId: "x" },
    });
    await saveWatermarks(redis, "acme", { Event: { stampMs: 3 } });
    await saveWatermarks(redis, "acme", {});
    expect(await readWatermarks(redis, "acme")).toEqual({
      Event: { stampMs: 3 },
      Lead: { stampMs: 2, afterId: "x" },
    });
    expect(await readWatermarks(redis, "other")).toEqual({});
    redis.disconnect();
  });

  test("there is one poll per connection that wants one, whatever was there before", async () => {
    const redis = openProducerRedis(server.url);
    const reconcile = createReconcileQueue(redis);
    await reconcile.queue.waitUntilReady();
    await reconcile.schedule([
      aConnection("acme", 120),
      aConnection("beta", 60),
      aConnection("off", 0),
    ]);
    await reconcile.schedule([aConnection("acme", 30), aConnection("beta", 60)]);
    const both = await reconcile.queue.getJobSchedulers();
    expect(both.map(({ key, every }) => [key, Number(every)]).sort()).toEqual([
      ["reconcile-acme", 30_000],
      ["reconcile-beta", 60_000],
    ]);
    const jobs = await reconcile.queue.getJobs(["delayed", "waiting"]);
    expect(jobs.map(({ data }) => reconcileJobSchema.parse(data).connection).sort()).toEqual([
      "acme",
      "beta",
    ]);
    await reconcile.schedule([aConnection("acme", 0)]);
    expect(await reconcile.queue.getJobSchedulers()).toEqual([]);
    await reconcile.queue.close();
    redis.disconnect();
  });
});

const DATED: AcmeOptions = { stub: { extraFields: DATED_FIELDS }, mapping: LEAD_DATES };

async function acme(options: AcmeOptions = {}): Promise<AcmeOrg> {
  const nowMs = () => clock.nowMs;
  const one = await startAcmeOrg({
    ...options,
    stub: { nowMs, ...options.stub },
    deps: { nowMs },
  });
  started.push(one.stub);
  return one;
}

/** An org that was polled before, ten minutes ago. */
async function settled(options: AcmeOptions = {}): Promise<AcmeOrg & { watermarks: Watermarks }> {
  const one = await acme(options);
  addRep(one.stub, "someone@example.com");
  const { watermarks } = await poll(one.org);
  clock.nowMs += 10 * MINUTE_MS;
  return { ...one, watermarks };
}

interface PollTuning {
  readonly nowMs?: number;
  readonly pageRows?: number;
  readonly maxPages?: number;
}

function poll(org: Org, watermarks: Watermarks = {}, tuning: PollTuning = {}) {
  return pollChanges(org, watermarks, { nowMs: clock.nowMs, ...tuning });
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}

function idsIn(events: readonly { readonly recordId: string }[]): readonly string[] {
  return events.map(({ recordId }) => recordId).sort();
}

function aConnection(name: string, everySeconds: number): Connection {
  return connectionSchema.parse({
    name,
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    salesforce: {
      instanceUrl: "https://acme.my.salesforce.com",
      auth: { kind: "client-credentials", clientId: "x", clientSecret: "y" },
    },
    reconcile: { everySeconds },
  });
}
