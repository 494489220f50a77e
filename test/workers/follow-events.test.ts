import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readAppointment } from "../../src/books/appointment-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { keyspace } from "../../src/keyspace.ts";
import { waitingPrompts } from "../support/bridge-state.ts";
import { DANA, LEE } from "../support/builders.ts";
import { until } from "../support/until.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

type RecordChanged = Extract<CrmEvent, { kind: "record-changed" }>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const VISIT = "08p000000000001AAA";

let stage: WorkerStage;
let nowMs: number;

beforeAll(async () => {
  stage = await openWorkerStage();
});

afterAll(async () => {
  await stage.close();
});

beforeEach(async () => {
  await stage.clear();
  await stage.start();
  nowMs = Date.now();
});

interface Change {
  readonly startsInMs: number;
  readonly occurredAtMs?: number;
  readonly status?: "scheduled" | "canceled";
  readonly rep?: typeof DANA;
  readonly recordId?: string;
}

function anEvent(eventId: string, change: Change): RecordChanged {
  const { startsInMs, occurredAtMs = nowMs, status = "scheduled", rep = DANA } = change;
  return {
    kind: "record-changed",
    connection: "acme",
    eventId,
    source: "json",
    receivedAtMs: nowMs,
    recordType: "ServiceAppointment",
    recordId: change.recordId ?? VISIT,
    occurredAtMs,
    appointment: {
      status,
      startAt: nowMs + startsInMs,
      endAt: nowMs + startsInMs + HOUR_MS,
      title: "",
      crmObjects: [],
      reps: [rep],
    },
  };
}

/** Puts events through the door, one after the other, and waits until each is settled. */
async function follow(...events: readonly CrmEvent[]): Promise<void> {
  for (const event of events) {
    const before = settledCount();
    const [answer] = await stage.crmEvents.put([event]);
    if (answer === "accepted") {
      await until(() => settledCount() > before, { timeoutMs: 5000, what: "the event to settle" });
    }
  }
}

const settledCount = () =>
  stage.told.filter(({ event, queue }) => event === "settled" && queue === "crm-events").length;

async function startsOf(userId: string): Promise<number[]> {
  const waiting = await waitingPrompts(stage.redis, "acme", userId);
  return waiting.filter(({ action }) => action === "start").map(({ dueAtMs }) => dueAtMs - nowMs);
}

const LEAD_MS = 120_000;

describe("events and what they decide", () => {
  test("34. an older change that arrives after a newer one changes nothing and is told as stale", async () => {
    await follow(
      anEvent("newer", { startsInMs: 2 * HOUR_MS, occurredAtMs: nowMs }),
      anEvent("older", { startsInMs: 5 * HOUR_MS, occurredAtMs: nowMs - 1 }),
    );
    expect(await startsOf(DANA.userId)).toEqual([2 * HOUR_MS - LEAD_MS]);
    const timeline = await readTimeline(stage.redis, { connection: "acme", recordId: VISIT });
    expect(timeline.filter(({ kind }) => kind === "event.stale")).toMatchObject([
      { eventId: "older" },
    ]);
  });

  test("34. an older change to another rep does not bring the visit back to them", async () => {
    await follow(
      anEvent("newer", { startsInMs: HOUR_MS, rep: LEE }),
      anEvent("older", { startsInMs: HOUR_MS, occurredAtMs: nowMs - 1 }),
    );
    expect([await startsOf(DANA.userId), await startsOf(LEE.userId)]).toEqual([
      [],
      [HOUR_MS - LEAD_MS],
    ]);
  });

  test("35. a resend with newer values under the same id is no second event; the next event brings them", async () => {
    const first = anEvent("one", { startsInMs: 2 * HOUR_MS });
    const newer = anEvent("one", { startsInMs: 3 * HOUR_MS, occurredAtMs: nowMs + 1 });
    await follow(first, newer);
    expect(await startsOf(DANA.userId)).toEqual([2 * HOUR_MS - LEAD_MS]);
    await follow({ ...newer, eventId: "two" });
    expect(await startsOf(DANA.userId)).toEqual([3 * HOUR_MS - LEAD_MS]);
  });

  test("36. a message that is a day late about a visit that is over is stored and asks for nothing", async () => {
    await follow(anEvent("late", { startsInMs: -DAY_MS, occurredAtMs: nowMs - DAY_MS }));
    expect(await waitingPrompts(stage.redis, "acme", DANA.userId)).toEqual([]);
    const stored = await readAppointment(stage.redis, { connection: "acme", recordId: VISIT });
    expect(stored?.appointment.startAtMs).toBe(nowMs - DAY_MS);
  });

  test("36. a message that is a day late about a visit ahead is followed; one that was overtaken is stale", async () => {
    await follow(anEvent("late", { startsInMs: HOUR_MS, occurredAtMs: nowMs - DAY_MS }));
    expect(await startsOf(DANA.userId)).toEqual([HOUR_MS - LEAD_MS]);
    await follow(
      anEvent("now", { startsInMs: 2 * HOUR_MS, status: "canceled" }),
      anEvent("also-late", { startsInMs: 3 * HOUR_MS, occurredAtMs: nowMs - DAY_MS + 1 }),
    );
    expect(await startsOf(DANA.userId)).toEqual([]);
  });

  test("37. every later change leads to a new decision: moved, canceled, on again, given away", async () => {
    const at = (step: number) => nowMs + step;
    await follow(anEvent("booked", { startsInMs: HOUR_MS, occurredAtMs: at(0) }));
    await follow(anEvent("moved", { startsInMs: 2 * HOUR_MS, occurredAtMs: at(1) }));
    expect(await startsOf(DANA.userId)).toEqual([2 * HOUR_MS - LEAD_MS]);
    const off = { startsInMs: 2 * HOUR_MS, status: "canceled" } as const;
    await follow(anEvent("off", { ...off, occurredAtMs: at(2) }));
    expect(await startsOf(DANA.userId)).toEqual([]);
    await follow(anEvent("on", { startsInMs: 2 * HOUR_MS, occurredAtMs: at(3) }));
    expect(await startsOf(DANA.userId)).toEqual([2 * HOUR_MS - LEAD_MS]);
    await follow(anEvent("given", { startsInMs: 2 * HOUR_MS, occurredAtMs: at(4), rep: LEE }));
    expect([await startsOf(DANA.userId), await startsOf(LEE.userId)]).toEqual([
      [],
      [2 * HOUR_MS - LEAD_MS],
    ]);
  });
});

describe("events that cannot be used", () => {
  const unusable = (
    eventId: string,
    reason: "NO_RECORD" | "UNKNOWN_RECORD_TYPE" | "BAD_RECORD_ID",
  ): CrmEvent => ({
    kind: "unusable",
    reason,
    connection: "acme",
    eventId,
    source: "outbound-message",
    receivedAtMs: nowMs,
    ...(reason === "UNKNOWN_RECORD_TYPE" ? { recordType: "Case", recordId: VISIT } : {}),
  });

  test("13. an unusable notification is parked with its reason and whole; those beside it are followed", async () => {
    await stage.crmEvents.put([
      unusable("no-record", "NO_RECORD"),
      anEvent("good", { startsInMs: HOUR_MS }),
      unusable("bad-id", "BAD_RECORD_ID"),
    ]);
    const parked = await stage.untilParked("acme", 2);
    expect(parked.map(({ reason }) => reason).sort()).toEqual(["BAD_RECORD_ID", "NO_RECORD"]);
    expect(parked.map(({ work }) => work)).toContainEqual({
      kind: "event",
      event: unusable("bad-id", "BAD_RECORD_ID"),
    });
    await until(async () => (await startsOf(DANA.userId)).length === 1, {
      timeoutMs: 5000,
      what: "the good one to be planned",
    });
  });

  test("38. a type that cannot be an appointment is parked, named, and told on the record's timeline", async () => {
    await follow(unusable("a-case", "UNKNOWN_RECORD_TYPE"));
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked).toMatchObject({
      reason: "UNKNOWN_RECORD_TYPE",
      recordType: "Case",
      recordId: VISIT,
    });
    const timeline = await readTimeline(stage.redis, { connection: "acme", recordId: VISIT });
    expect(timeline).toMatchObject([{ kind: "work.parked", eventId: "a-case" }]);
  });

  test("an event of a connection that is not configured any more is parked under its name", async () => {
    await follow({ ...anEvent("lost", { startsInMs: HOUR_MS }), connection: "gone" });
    expect(await stage.untilParked("gone", 1)).toMatchObject([{ reason: "UNKNOWN_CONNECTION" }]);
  });

  test("work that is replayed and fails again is one entry, with the time of its first parking", async () => {
    const { appointment: _, ...event } = anEvent("id-only", { startsInMs: HOUR_MS });
    await follow(event);
    const [first] = await stage.untilParked("acme", 1);
    await stage.crmEvents.replay(event, "replay-1");
    await until(() => stage.told.filter((one) => one.event === "parked").length === 2, {
      timeoutMs: 5000,
      what: "the replay to be parked",
    });
    const again = await stage.untilParked("acme", 1);
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({ id: first?.id, firstParkedAtMs: first?.firstParkedAtMs });
    expect(again[0]?.lastParkedAtMs).toBeGreaterThan(first?.lastParkedAtMs ?? 0);
  });

  test("an event that fails over what is stored is parked and does not stop other records", async () => {
    await stage.redis.hset(keyspace.appointment("acme", VISIT), "doc", '{"from":"tomorrow"}');
    await stage.crmEvents.put([
      anEvent("poisoned", { startsInMs: HOUR_MS, rep: LEE }),
      anEvent("good", { startsInMs: HOUR_MS, recordId: "08p000000000002AAA" }),
    ]);
    expect(await stage.untilParked("acme", 1)).toMatchObject([{ reason: "STATE_UNREADABLE" }]);
    await until(async () => (await startsOf(DANA.userId)).length === 1, {
      timeoutMs: 5000,
      what: "the good one to be planned",
    });
  });
});
