import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readOrgNote } from "../../src/books/org-note-book.ts";
import { polledMark, readWatermarks } from "../../src/books/watermark-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { Fault } from "../../src/local-mode/stub-org/wire/faults.ts";
import { aVisit, openPipelineStage, type PipelineStage } from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";

const ACME = "acme";
const OTHER = "other";
const EVENTS = 1_200;
/** As many as one outbound message carries. */
const PER_MESSAGE = 100;
/** On a busy machine; taking up the events that stand in front takes most of it. */
const MOST_LATE_MS = 8_000;
/** The longest pause that an org has without naming one, and some. */
const LONG_PAUSE_MS = 31_000;

let stage: PipelineStage;
let org: StubOrg;
let other: StubOrg;

beforeAll(async () => {
  other = await startStubOrg();
  const { clientId, clientSecret } = other.app;
  stage = await openPipelineStage({
    acme: { reconcile: { everySeconds: 0 } },
    connections: {
      [OTHER]: {
        salesforce: {
          instanceUrl: other.url,
          auth: { kind: "client-credentials", clientId, clientSecret },
        },
      },
    },
  });
  ({ org } = stage);
});
beforeEach(async () => {
  // Signed in and described: what is counted below are reads.
  await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
  await until(async () => (await note())?.state === "connected", {
    timeoutMs: 20_000,
    what: "the org to be connected",
  });
});
afterEach(async () => {
  org.faults.clear();
  org.usage.used = 0;
  stage.pass(300_000);
  await promoteAll();
});
afterAll(async () => {
  await stage.close();
  await other.stop();
});

const note = () => readOrgNote(stage.redis, ACME);

/** Lets all events that wait for a later time be looked at now. */
async function promoteAll(): Promise<void> {
  const delayed = await stage.kit.crmEvents.queue.getDelayed();
  await Promise.allSettled(delayed.map((job) => job.promote()));
  await stage.untilQuiet();
}

async function untilStored(recordId: string, connection = ACME): Promise<void> {
  await until(async () => (await stage.dossier(recordId, connection)) !== undefined, {
    timeoutMs: 60_000,
    what: `${recordId} to be read`,
  });
}

async function tellOneByOne(count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, at) => aVisit(org, { from: 200 + at, until: 300 }));
  for (const id of ids) {
    await stage.tell("ServiceAppointment", id);
  }
  return ids;
}

describe("one refusal is enough for all events of an org", () => {
  test.each<[string, Fault, string]>([
    ["the day's limit", { kind: "daily-limit" }, "ORG_API_LIMIT"],
    ["Retry-After", { kind: "too-many-requests", retryAfterSeconds: 120 }, "ORG_API_LIMIT"],
  ])(
    "%s: twenty events and two polls make one call",
    async (_, fault, state) => {
      const trouble = org.faults.inject(fault, { times: "forever" });
      const ids = await tellOneByOne(20);
      await stage.poll();
      await stage.poll();
      expect(trouble.hits).toBe(1);
      expect(await note()).toMatchObject({ state });
      expect(await stage.parked()).toEqual([]);
      trouble.clear();
      stage.pass(300_000);
      await promoteAll();
      await Promise.all(ids.map((id) => untilStored(id)));
      expect(await note()).toMatchObject({ state: "connected" });
    },
    60_000,
  );

  test("an outage that names no time: pauses grow, and end soon after it", async () => {
    const outage = org.faults.inject({ kind: "unavailable-html" }, { times: "forever" });
    const beganAtMs = Date.now();
    const ids = await tellOneByOne(20);
    // One call at once, then after one, three, seven seconds.
    const pauses = Math.ceil(Math.log2((Date.now() - beganAtMs) / 1000 + 2));
    expect(outage.hits).toBeLessThanOrEqual(pauses);
    outage.clear();
    await Promise.all(ids.map((id) => untilStored(id)));
    expect(await note()).toMatchObject({ state: "connected" });
  }, 60_000);
});

describe("what the overview is told", () => {
  test("a poll that pauses because calls are used up does not say that all is well", async () => {
    org.usage.used = org.usage.limit - 10;
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    expect(await note()).toMatchObject({ state: "ORG_API_LIMIT" });
    await stage.poll();
    expect(await note()).toMatchObject({ state: "ORG_API_LIMIT" });
  });

  test("a poll that pauses to save calls leaves known trouble alone", async () => {
    org.usage.used = Math.round(org.usage.limit * 0.85);
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    org.faults.inject({ kind: "reset" }, { times: "forever" });
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    expect(await note()).toMatchObject({ state: "ORG_UNAVAILABLE" });
    await stage.poll();
    expect(await note()).toMatchObject({ state: "ORG_UNAVAILABLE" });
  });

  test("with polls off a read that is answered ends the trouble", async () => {
    const outage = org.faults.inject({ kind: "reset" }, { times: 1 });
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    expect(await note()).toMatchObject({ state: "ORG_UNAVAILABLE" });
    expect(outage.hits).toBe(1);
    stage.pass(1_000);
    await stage.tell("ServiceAppointment", aVisit(org, { from: 60, until: 120 }));
    expect(await note()).toMatchObject({ state: "connected" });
  });

  test("an object that polls may not see is named; visits of other objects count as looked at", async () => {
    await stage.poll();
    await stage.redis.del(keyspace.watermarks(ACME));
    const refusal = org.faults.inject(
      { kind: "sub-request-error", status: 403, errorCode: "INSUFFICIENT_ACCESS" },
      { times: "forever", path: "FROM AssignedResource" },
    );
    await stage.poll();
    expect(refusal.hits).toBeGreaterThan(0);
    const warning = "Polls do not see AssignedResource: Salesforce answers INSUFFICIENT_ACCESS";
    expect(await note()).toMatchObject({ state: "connected", warnings: [warning] });
    const marks = await readWatermarks(stage.redis, ACME);
    expect(marks[polledMark("Event")]).toBeDefined();
    expect(marks[polledMark("ServiceAppointment")]).toBeUndefined();
    refusal.clear();
    await stage.poll();
    expect(await note()).toMatchObject({ state: "connected", warnings: [] });
  });
});

test("a refused sign-in parks nothing, and heals by itself once the app is mended", async () => {
  const refused = org.faults.inject(
    { kind: "oauth-error", error: "invalid_client", description: "invalid client credentials" },
    { times: "forever" },
  );
  org.sessions.endAll();
  const [first = ""] = await tellOneByOne(3);
  await stage.poll();
  await stage.poll();
  expect(await note()).toMatchObject({ state: "ORG_ACCESS_REFUSED" });
  expect(refused.hits).toBe(1);
  stage.pass(LONG_PAUSE_MS);
  await stage.poll();
  expect(refused.hits).toBe(2);
  expect(await stage.parked()).toEqual([]);
  refused.clear();
  stage.pass(LONG_PAUSE_MS);
  await untilStored(first);
  expect(await note()).toMatchObject({ state: "connected" });
}, 90_000);

test("an org that hangs does not keep another one's visit waiting", async () => {
  const user = other.store.insert("User", { LastName: "Reed", Email: "reed@example.com" });
  const resource = other.store.insert("ServiceResource", { RelatedRecordId: idOf(user) });
  const reps = [{ resourceId: idOf(resource) }];
  await stage.tell("ServiceAppointment", aVisit(other, { from: 60, until: 120, reps }), OTHER);
  const ids = Array.from({ length: EVENTS }, () => aVisit(org, { from: 60, until: 120 }));
  const visitId = aVisit(other, { from: 160, until: 220, reps });
  const hang = org.faults.inject({ kind: "hang" }, { times: "forever" });
  for (let at = 0; at < EVENTS; at += PER_MESSAGE) {
    await org.sendOutboundMessage(stage.door(), {
      objectType: "ServiceAppointment",
      recordIds: ids.slice(at, at + PER_MESSAGE),
    });
  }
  const toldAtMs = Date.now();
  await other.sendOutboundMessage(stage.door(OTHER), {
    objectType: "ServiceAppointment",
    recordIds: [visitId],
  });
  await untilStored(visitId, OTHER);
  expect(Date.now() - toldAtMs).toBeLessThan(MOST_LATE_MS);
  hang.clear();
  await Promise.all([ids.at(0), ids.at(-1)].map((id = "") => untilStored(id)));
  expect(await stage.parked()).toEqual([]);
}, 90_000);
