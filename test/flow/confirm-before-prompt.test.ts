import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import { readOrgNote } from "../../src/books/org-note-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import {
  aVisit,
  inMinutes,
  openPipelineStage,
  type PipelineStage,
  type StageRep,
} from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";

const ACME = "acme";
/** One minute more than what counts as fresh while polls are off. */
const LONG_AGO_MS = 11 * 60_000;
const MOMENT_IN_MS = 2_000;
/** A prompt that waits for an org is three seconds late. */
const ON_TIME_MS = 2_500;
/** How long a prompt may wait for an org that does not answer, and some. */
const MOST_LATE_MS = 6_000;

let stage: PipelineStage;
let org: StubOrg;

beforeAll(async () => {
  stage = await openPipelineStage({
    acme: { reconcile: { everySeconds: 0 }, schedule: { startLeadSeconds: 0 } },
  });
  ({ org } = stage);
});
afterEach(async () => {
  org.faults.clear();
  stage.pass(300_000);
  await stage.redis.del(keyspace.orgNote(ACME));
});
afterAll(async () => {
  await stage.close();
});

interface SoonVisit {
  readonly visitId: string;
  readonly rep: StageRep;
  readonly momentMs: number;
}

/** A visit whose start is two seconds away, or as far as the test says, known to the bridge by a read. */
async function aVisitSoon(inMs = MOMENT_IN_MS): Promise<SoonVisit> {
  const rep = await stage.aRep();
  const momentMs = Math.ceil((Date.now() + inMs) / 1000) * 1000;
  const SchedStartTime = new Date(momentMs);
  const visitId = aVisit(org, { from: 0, until: 60, reps: [rep], own: { SchedStartTime } });
  await stage.tell("ServiceAppointment", visitId);
  return { visitId, rep, momentMs };
}

/** Makes the last read of a visit lie back as if nobody had looked since. */
function readLongAgo({ visitId: recordId }: SoonVisit): Promise<void> {
  return changeAppointment(stage.redis, { connection: ACME, recordId }, (stored) => {
    if (stored === undefined) {
      throw new Error("the visit is not known");
    }
    const version = { ...stored.version, readAtMs: Date.now() - LONG_AGO_MS };
    return { result: undefined, next: { ...stored, version }, commands: [] };
  });
}

async function startState({ visitId }: SoonVisit): Promise<string | undefined> {
  const prompts = (await stage.dossier(visitId))?.prompts ?? [];
  return prompts.find(({ action }) => action === "start")?.state;
}

async function untilStart(visit: SoonVisit, state: string): Promise<void> {
  await until(async () => (await startState(visit)) === state, {
    timeoutMs: MOMENT_IN_MS + MOST_LATE_MS + 3_000,
    what: `the start to be ${state}`,
  });
}

describe("a prompt whose visit nobody has looked at for long", () => {
  test("is withdrawn at its moment when the visit was canceled without a word", async () => {
    const visit = await aVisitSoon();
    await readLongAgo(visit);
    org.store.update(visit.visitId, { Status: "Canceled" });
    org.calls.reset();
    await untilStart(visit, "superseded");
    expect(Date.now()).toBeGreaterThanOrEqual(visit.momentMs);
    expect(org.calls.dataCalls).toBe(1);
    expect((await stage.appointment(visit.visitId)).status).toBe("canceled");
    expect(visit.rep.actions()).toEqual([]);
    expect(await visit.rep.waiting()).toEqual([]);
  });

  test("waits for its new time when the visit was moved without a word", async () => {
    const visit = await aVisitSoon();
    await readLongAgo(visit);
    org.store.update(visit.visitId, { SchedStartTime: inMinutes(30) });
    await untilStart(visit, "superseded");
    const [next] = await visit.rep.waiting();
    expect(next).toMatchObject({ action: "start", dueAtMs: inMinutes(30).getTime() });
    expect(visit.rep.actions()).toEqual([]);
  });

  test("goes out on time when the visit still stands, for one call", async () => {
    const visit = await aVisitSoon();
    await readLongAgo(visit);
    org.calls.reset();
    await visit.rep.untilSent(["start"]);
    expect(Date.now() - visit.momentMs).toBeLessThan(ON_TIME_MS);
    expect(org.calls.dataCalls).toBe(1);
  });

  test("goes out on time while the org is away", async () => {
    const visit = await aVisitSoon();
    await readLongAgo(visit);
    const outage = org.faults.inject({ kind: "unavailable-html" }, { times: "forever" });
    await visit.rep.untilSent(["start"]);
    expect(Date.now() - visit.momentMs).toBeLessThan(ON_TIME_MS);
    expect(outage.hits).toBe(1);
    expect(await readOrgNote(stage.redis, ACME)).toMatchObject({ state: "ORG_UNAVAILABLE" });
  });

  test("waits three seconds for an org that does not answer; the next one does not ask at all", async () => {
    const second = await aVisitSoon(3 * MOMENT_IN_MS);
    const first = await aVisitSoon();
    await Promise.all([readLongAgo(first), readLongAgo(second)]);
    const outage = org.faults.inject({ kind: "hang" }, { times: "forever" });
    await first.rep.untilSent(["start"]);
    expect(Date.now() - first.momentMs).toBeGreaterThanOrEqual(2_900);
    expect(Date.now() - first.momentMs).toBeLessThan(MOST_LATE_MS);
    outage.clear();
    org.calls.reset();
    await second.rep.untilSent(["start"]);
    expect(Date.now() - second.momentMs).toBeLessThan(ON_TIME_MS);
    expect(org.calls.dataCalls).toBe(0);
  });
});

describe("no call is spent on a prompt", () => {
  test("whose visit was read a moment ago", async () => {
    const visit = await aVisitSoon();
    org.calls.reset();
    await visit.rep.untilSent(["start"]);
    expect(org.calls.dataCalls).toBe(0);
  });

  test("whose visit a poll has covered since", async () => {
    const visit = await aVisitSoon();
    await stage.poll();
    await readLongAgo(visit);
    org.calls.reset();
    await visit.rep.untilSent(["start"]);
    expect(org.calls.dataCalls).toBe(0);
    await stage.redis.del(keyspace.watermarks(ACME));
  });

  test("whose visit came whole in an event: Salesforce is not asked about it at all", async () => {
    const rep = await stage.aRep();
    const startAt = Date.now() + MOMENT_IN_MS;
    const receivedAtMs = Date.now() - LONG_AGO_MS;
    org.calls.reset();
    await stage.kit.crmEvents.put([
      {
        kind: "record-changed",
        connection: ACME,
        source: "json",
        eventId: `whole-${startAt}`,
        receivedAtMs,
        recordType: "ServiceAppointment",
        recordId: "08p5f0000055555AAA",
        occurredAtMs: receivedAtMs,
        appointment: {
          status: "scheduled",
          startAt,
          endAt: startAt + 3_600_000,
          title: "Whole",
          crmObjects: [],
          reps: [{ userId: rep.userId }],
        },
      },
    ]);
    await rep.untilSent(["start"]);
    expect(org.calls.entries).toEqual([]);
  });
});
