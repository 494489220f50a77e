import { expect, test } from "@jest/globals";
import { checkAll } from "../../chaos/checks/check-all.ts";
import type { Evidence } from "../../chaos/checks/evidence.ts";
import { untilKept } from "../../chaos/checks/until-kept.ts";
import { AckBook } from "../../chaos/load/ack-book.ts";
import type { Visit, VisitVersion } from "../../chaos/load/visits.ts";
import type { Arrival } from "../../chaos/world/sink.ts";
import { START_LEAD_MS, STOP_EXPIRY_MS } from "../../chaos/world/tenants.ts";

const BEGIN_MS = Date.UTC(2026, 10, 27, 9);
const LASTS_MS = 6_000;
const KNOWN_MS = BEGIN_MS - 20_000;
const RECORD_ID = "08p7c0000000001AAA";
const KEY = `bravo/${RECORD_ID}`;
const DANA = "0057c10000000001AA";
const EVAN = "0057c20000000001AA";

const VERSION: VisitVersion = {
  eventId: "v0",
  occurredAtMs: KNOWN_MS - 1_000,
  status: "scheduled",
  userId: DANA,
  startAtMs: BEGIN_MS,
  endAtMs: BEGIN_MS + LASTS_MS,
};
const VISIT: Visit = {
  connection: "bravo",
  recordId: RECORD_ID,
  userIds: [DANA, EVAN],
  versions: [VERSION],
};
const CANCELED: VisitVersion = {
  ...VERSION,
  eventId: "v1",
  occurredAtMs: KNOWN_MS,
  status: "canceled",
};
const START: Arrival = {
  atMs: BEGIN_MS - START_LEAD_MS + 50,
  path: `/bravo/${DANA}`,
  webhookId: "p0-d0",
  isGenuine: true,
  promptId: "p0",
  action: "start",
  connection: "bravo",
  userId: DANA,
  recordId: RECORD_ID,
  dueAtMs: BEGIN_MS - START_LEAD_MS,
  expiresAtMs: BEGIN_MS + LASTS_MS,
  startAtMs: BEGIN_MS,
};
const STOP: Arrival = {
  ...START,
  atMs: BEGIN_MS + LASTS_MS + 50,
  webhookId: "p1-d0",
  promptId: "p1",
  action: "stop",
  dueAtMs: BEGIN_MS + LASTS_MS,
  expiresAtMs: BEGIN_MS + LASTS_MS + STOP_EXPIRY_MS,
};
const PARKED = {
  id: "acme~event-1",
  connection: "acme",
  reason: "NO_READER",
  detail: "nobody can read it",
  recordId: null,
  kind: "event",
  lastParkedAt: new Date(KNOWN_MS).toISOString(),
};
const QUIET = { waiting: 0, active: 0, delayed: 0, failed: 0 };

/** What the sender wrote down of one visit; the versions were acknowledged at these moments. */
function bookOf(...lines: readonly (readonly [VisitVersion, ackedAtMs: number])[]): AckBook {
  const book = new AckBook();
  for (const [version, atMs] of lines) {
    book.note([book.open(VISIT, version)], { status: 202, tookMs: 5, atMs });
  }
  return book;
}

function promptOf({ promptId, action, userId, dueAtMs, expiresAtMs }: Arrival, state = "sent") {
  return {
    ...{ promptId, action, userId, state, reason: "" },
    dueAt: new Date(dueAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
}

function deliveryOf({ promptId, atMs }: Arrival, state = "accepted") {
  return { promptId, state, attempts: 1, updatedAt: new Date(atMs).toISOString() };
}

const RECORD = {
  status: "scheduled",
  startAt: new Date(BEGIN_MS).toISOString(),
  reps: [{ userId: DANA }],
  prompts: [promptOf(START), promptOf(STOP)],
  deliveries: [deliveryOf(START), deliveryOf(STOP)],
  timeline: [{ at: "", kind: "event", text: "", eventId: VERSION.eventId }],
};

/** One visit of the tenant without a fault, all as it should be, but for what a test says. */
function evidenceOf(wrong: Partial<Evidence> = {}): Evidence {
  const book = wrong.book ?? bookOf([VERSION, KNOWN_MS]);
  return {
    book,
    everAsked: book.events(),
    arrivals: [START, STOP],
    records: new Map([[KEY, RECORD]]),
    parked: [],
    handedBack: undefined,
    overview: { queues: { deliveries: QUIET, prompts: QUIET }, lastErrors: [] },
    terms: {
      graceMs: 2_000,
      outageMs: 0,
      isUnreachable: () => false,
      parked: {},
      leastStrictShare: 0.6,
    },
    factor: 1,
    nowMs: BEGIN_MS + LASTS_MS + 60_000,
    memory: { beforeMiB: 200, afterMiB: 210 },
    ...wrong,
  };
}

/** What the checks have against some evidence, each after its invariant. */
function brokenBy(wrong: Partial<Evidence>): readonly string[] {
  return checkAll(evidenceOf(wrong)).flatMap(({ invariant, findings }) =>
    findings.map((finding) => `${invariant} ${finding}`),
  );
}

/** What the evidence's terms say, but for one thing. */
function termsWith(own: Partial<Evidence["terms"]>): Pick<Evidence, "terms"> {
  return { terms: { ...evidenceOf().terms, ...own } };
}

test("evidence with nothing wrong breaks nothing, and every check but the one of parked work looked at something", () => {
  expect(brokenBy({})).toEqual([]);
  expect(checkAll(evidenceOf()).map(({ looked }) => looked)).toEqual([1, 2, 1, 2, 2, 2, 0, 2]);
});

test("I1: an acknowledged event that is nowhere", () => {
  const records = new Map([[KEY, { ...RECORD, timeline: [] }]]);
  expect(brokenBy({ records })).toEqual(["I1 v0 was acknowledged and is nowhere"]);
});

test("I2: one prompt under two ids", () => {
  const again = { ...START, webhookId: "another" };
  expect(brokenBy({ arrivals: [START, again, STOP] })).toEqual([
    expect.stringMatching(/^I2 .* came as p0-d0 and another$/),
  ]);
});

test("I3: a prompt that did not come, whatever the bridge says of it or of another one", () => {
  for (const state of ["expired", "skipped"]) {
    const records = new Map([
      [KEY, { ...RECORD, prompts: [promptOf(START, state), promptOf(STOP, state)] }],
    ]);
    expect(brokenBy({ arrivals: [START], records })).toEqual([
      expect.stringMatching(/^I3 .*: stop of .* did not come$/),
    ]);
  }
});

test("I3: a prompt of a canceled visit", () => {
  const book = bookOf([VERSION, KNOWN_MS], [CANCELED, KNOWN_MS]);
  const timeline = ["v0", "v1"].map((eventId) => ({ at: "", kind: "event", text: "", eventId }));
  const records = new Map([[KEY, { ...RECORD, status: "canceled", timeline }]]);
  expect(brokenBy({ book, records, arrivals: [START] })).toEqual([
    expect.stringMatching(/^I3 .*: start of .* must not come$/),
  ]);
});

test("I4: too early or too late by the sender's own times, whatever moments the bridge claims", () => {
  const earlyMs = START.dueAtMs - 8_000;
  const early = { ...START, atMs: earlyMs, dueAtMs: earlyMs };
  const lateMs = BEGIN_MS + LASTS_MS + 5_000;
  const late = { ...START, atMs: lateMs, expiresAtMs: lateMs + 60_000 };
  const stop = { ...STOP, atMs: STOP.atMs - 3_000, dueAtMs: STOP.atMs - 3_000 };
  expect(brokenBy({ arrivals: [early, STOP] })).toContain(
    `I4 start for ${RECORD_ID} came 8000 ms too early`,
  );
  expect(brokenBy({ arrivals: [late, STOP] })).toContain(
    `I4 start for ${RECORD_ID} came 5000 ms after it expired`,
  );
  expect(brokenBy({ arrivals: [START, stop] })).toContain(
    `I4 stop for ${RECORD_ID} came 2950 ms too early`,
  );
});

test("I4: a prompt for whom nobody ever asked, and one by a version that was replaced long before", () => {
  const foreign = { ...START, userId: EVAN };
  expect(brokenBy({ arrivals: [START, STOP, foreign] })).toContain(
    `I4 start for ${RECORD_ID} came, and nobody ever asked for it`,
  );
  const moved = { ...VERSION, eventId: "v1", occurredAtMs: KNOWN_MS, startAtMs: BEGIN_MS + 4_000 };
  expect(brokenBy({ book: bookOf([VERSION, KNOWN_MS], [moved, KNOWN_MS]) })).toContain(
    `I4 start for ${RECORD_ID} came 3950 ms too early`,
  );
});

test("I4: a stop comes at once where the visit is canceled, and while the bridge may not know yet that it is taken up again", () => {
  const sinceMs = BEGIN_MS + 1_000;
  const canceled = { ...CANCELED, occurredAtMs: sinceMs };
  const stop = { ...STOP, atMs: sinceMs + 300, dueAtMs: sinceMs + 200 };
  const back = { ...VERSION, eventId: "v2", occurredAtMs: sinceMs + 100 };
  const found = (ackedAtMs: number) =>
    brokenBy({
      book: bookOf([VERSION, KNOWN_MS], [canceled, sinceMs], [back, ackedAtMs]),
      arrivals: [START, stop],
    }).filter((finding) => finding.startsWith("I4"));
  expect(found(sinceMs + 100)).toEqual([]);
  expect(found(sinceMs - 3_000)).toEqual([`I4 stop for ${RECORD_ID} came 4700 ms too early`]);
});

test("I5: prompts of the tenant without a fault that are late", () => {
  const late = { ...START, atMs: START.atMs + 4_000 };
  expect(brokenBy({ arrivals: [late, STOP] })).toEqual([
    expect.stringMatching(/^I5 p99 of the other tenant is 4\d{3} ms, more than 3000 ms$/),
  ]);
});

test("I5: nothing is proved by nothing that came, or by what was known too late; but canceled visits have nothing to come", () => {
  const unproved = expect.stringMatching(/^I5 .* nothing is proved$/);
  expect(brokenBy({ arrivals: [] })).toContainEqual(unproved);
  const late = bookOf([VERSION, BEGIN_MS + LASTS_MS]);
  expect(brokenBy({ book: late, ...termsWith({ leastStrictShare: 0 }) })).toEqual([unproved]);
  const verdict = checkAll(evidenceOf({ arrivals: [] })).find(
    ({ invariant }) => invariant === "I5",
  );
  expect(verdict).toMatchObject({ isKept: false, isUnproved: true, looked: 0 });
  const book = bookOf([VERSION, KNOWN_MS], [CANCELED, KNOWN_MS]);
  expect(brokenBy({ book, arrivals: [] })).not.toContainEqual(unproved);
});

test("I6: prompts without a job or past their moment, and jobs that did not end", () => {
  const records = new Map([[KEY, { ...RECORD, prompts: [promptOf(START, "waiting")] }]]);
  expect(brokenBy({ records })).toEqual([
    expect.stringMatching(/^I6 .*: the start is still waiting \d+ ms after its moment$/),
    "I6 1 prompts wait and 0 jobs are there for them",
  ]);
  const queues = { deliveries: { ...QUIET, active: 1 }, prompts: QUIET };
  expect(brokenBy({ overview: { queues, lastErrors: [] } })).toEqual([
    "I6 deliveries: 0 waiting and 1 active at rest",
  ]);
});

test("I6: a delivery that is still put off, unless the drill itself sees to it that it cannot succeed", () => {
  const overview = { queues: { deliveries: { ...QUIET, delayed: 1 } }, lastErrors: [] };
  const records = new Map([[KEY, { ...RECORD, deliveries: [deliveryOf(START, "retrying")] }]]);
  const finding = expect.stringMatching(/^I6 1 deliveries are put off at rest/);
  expect(brokenBy({ overview })).toEqual([finding]);
  expect(brokenBy({ overview, records })).toContainEqual(finding);
  expect(brokenBy({ overview, records, ...termsWith({ isUnreachable: () => true }) })).toEqual([]);
});

test("I7: parked work that does not say why, or that nobody meant to be parked", () => {
  expect(brokenBy({ parked: [{ ...PARKED, detail: "" }] })).toEqual([
    "I7 acme~event-1 does not say why",
    "I7 1 parked as NO_READER, not 0",
  ]);
});

test("I7: parked work that cannot be handed back", () => {
  const { id, reason } = PARKED;
  const found = (
    outcomes: readonly NonNullable<Evidence["handedBack"]>[number]["outcome"][],
    kind = "event",
  ) =>
    brokenBy({
      parked: [{ ...PARKED, kind }],
      handedBack: outcomes.map((outcome) => ({ id, reason, outcome })),
      ...termsWith({ parked: { NO_READER: 1 } }),
    });
  for (const outcome of ["parked otherwise", "not done", "refused"] as const) {
    expect(found([outcome])).toEqual([
      `I7 ${id}, parked as NO_READER, was handed back: ${outcome}`,
    ]);
  }
  expect(found([])).toEqual(["I7 nothing that is parked as NO_READER was handed back"]);
  expect(found(["left"])).toEqual([]);
  expect(found(["parked again"])).toEqual([]);
  expect(found(["refused"], "unreadable")).toEqual([]);
});

test("I8: processes that grew, and jobs that wait in all", () => {
  expect(brokenBy({ memory: { beforeMiB: 200, afterMiB: 400 } })).toEqual([
    "I8 the processes grew by 200 MiB",
  ]);
  const queues = { upkeep: { ...QUIET, waiting: 2 } };
  expect(brokenBy({ overview: { queues, lastErrors: [] } })).toEqual(["I8 2 jobs wait in all"]);
});

test("a drill is over when all is kept at two looks in a row", async () => {
  const kept = evidenceOf();
  const broken = evidenceOf({ arrivals: [START] });
  const lookAt = async (looks: readonly (Evidence | undefined)[], deadlineMs: number) => {
    const left = [...looks];
    const patience = { deadlineMs, lookMs: 1, confirmMs: 1 };
    return { found: await untilKept(async () => left.shift(), patience), unseen: left.length };
  };
  const NEVER_MS = Number.POSITIVE_INFINITY;
  expect(
    await lookAt([broken, kept, undefined, kept, broken, kept, kept, broken], NEVER_MS),
  ).toEqual({ found: kept, unseen: 1 });
  // At the deadline a look that breaks something is the last, one that does not is confirmed.
  expect(await lookAt([broken, kept, kept], 0)).toEqual({ found: broken, unseen: 2 });
  expect(await lookAt([kept, broken, kept], 0)).toEqual({ found: broken, unseen: 1 });
  expect(await lookAt([undefined, kept], 0)).toEqual({ found: undefined, unseen: 1 });
});
