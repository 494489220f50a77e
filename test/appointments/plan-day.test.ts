import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { anAppointment, aSchedule, at, DANA, LEE } from "../support/builders.ts";
import { RepDay, type Sent } from "./rep-day.ts";

const MINUTE_MS = 60_000;
/** No day has this many prompts: something makes them again and again. */
const MOST_RUNS = 200;
/** Hundreds of days on a busy machine. */
const TIMEOUT_MS = 90_000;
/** A recording this long after its visit is taken for a leftover of the app. */
const STUCK_AFTER_MS = 3 * 3_600_000;

/** What happens to a visit in the course of the day. */
interface Change {
  readonly atMinute: number;
  readonly recordId: string;
  readonly status: Appointment["status"];
  readonly startMinute: number;
  readonly lastsMinutes: number;
  readonly isDanas: boolean;
}

const changeArbitrary: fc.Arbitrary<Change> = fc.record({
  atMinute: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
  recordId: fc.constantFrom("A", "B", "C"),
  status: fc.constantFrom(
    "scheduled" as const,
    "scheduled" as const,
    "scheduled" as const,
    "in-progress" as const,
    "completed" as const,
    "canceled" as const,
  ),
  startMinute: fc.integer({ min: 0, max: 48 }).map((five) => five * 5),
  lastsMinutes: fc.integer({ min: 1, max: 18 }).map((five) => five * 5),
  isDanas: fc.constantFrom(true, true, true, false),
});

const scheduleArbitrary = fc
  .record({
    startLeadSeconds: fc.constantFrom(0, 120, 600),
    stopGraceSeconds: fc.constantFrom(0, 0, 300),
    restartGapSeconds: fc.constantFrom(0, 120, 900),
  })
  .map(aSchedule);

function appointmentOf(change: Change): Appointment {
  const startAtMs = at("08:00") + change.startMinute * MINUTE_MS;
  return anAppointment(change.recordId, ["08:00", "09:00"], {
    status: change.status,
    startAtMs,
    endAtMs: startAtMs + change.lastsMinutes * MINUTE_MS,
    reps: [change.isDanas ? DANA : LEE],
  });
}

/** What the phone's recorder holds after the prompts that were followed; that no start meets another is checked. */
function recorderAfter(sent: readonly Sent[]): string | undefined {
  const last = sent.at(-1)?.prompt;
  return last?.action === "stop" ? undefined : last?.recordId;
}

function lineOf(one: Pick<Prompt, "action" | "recordId" | "dueAtMs">, nowMs: number): string {
  const due = one.dueAtMs <= nowMs + 1000 ? "now" : new Date(one.dueAtMs).toISOString();
  return `${one.recordId} ${one.action} ${due}`;
}

function standingLines(day: RepDay): string[] {
  const { visits, issued } = day.state();
  const ids = new Set(issued.map(({ promptId }) => promptId));
  return visits
    .flatMap(({ prompts }) => prompts)
    .filter(({ state, promptId }) => state === "waiting" || (state === "due" && !ids.has(promptId)))
    .map((prompt) => lineOf(prompt, day.nowMs))
    .sort();
}

function freshLines(day: RepDay): string[] {
  return day
    .freshPlan()
    .map(({ appointment, ...one }) => lineOf({ ...one, recordId: appointment.recordId }, day.nowMs))
    .sort();
}

/** The plan that stands is the one a fresh planner makes from the same history, and making it again changes nothing. */
async function expectSettledPlan(day: RepDay, what: string): Promise<void> {
  expect([what, ...standingLines(day)]).toEqual([what, ...freshLines(day)]);
  const again = await day.plan();
  expect([what, again.added, again.superseded]).toEqual([what, [], []]);
}

/** The same visits begin and end at the same times; which of two that begin together ends a leftover may differ. */
async function expectSameTimes(day: RepDay, what: string): Promise<void> {
  const times = (lines: readonly string[]) =>
    lines.map((line) => line.replace(" restart ", " start ")).sort();
  expect([what, ...times(standingLines(day))]).toEqual([what, ...times(freshLines(day))]);
}

/** Nothing is sent for a visit that is over or not the rep's. */
function expectOwnVisit(day: RepDay): void {
  const { prompt, appointment, atMs } = day.sent.at(-1) ?? never();
  if (prompt.action !== "stop") {
    expect(["scheduled", "in-progress"]).toContain(appointment.status);
    expect(appointment.reps).toEqual([DANA]);
    expect(atMs).toBeLessThan(appointment.endAtMs);
  }
}

/** A stop ends the recording that is open; a start never meets one that is. */
function expectSensible(day: RepDay, before: string | undefined): void {
  expectOwnVisit(day);
  const { prompt, atMs } = day.sent.at(-1) ?? never();
  if (prompt.action === "stop") {
    expect(`stop of ${prompt.recordId}`).toBe(`stop of ${before}`);
  }
  if (prompt.action === "start" && before !== undefined && before !== prompt.recordId) {
    const open = day.state().visits.find(({ stored }) => stored.appointment.recordId === before);
    const endAtMs = open?.stored.appointment.endAtMs ?? 0;
    // Long after its visit a recording is a leftover of the app, and a start is right again.
    expect(atMs).toBeGreaterThanOrEqual(endAtMs + STUCK_AFTER_MS);
  }
}

/** An open recording has something ahead that ends it, for as long as its stop is useful. */
function expectStopAhead(day: RepDay): void {
  const open = recorderAfter(day.sent);
  if (open === undefined) {
    return;
  }
  const { visits } = day.state();
  const appointment = visits
    .map(({ stored }) => stored.appointment)
    .find(({ recordId }) => recordId === open);
  const { stopGraceSeconds, stopExpirySeconds } = day.schedule;
  const uselessAtMs = (appointment?.endAtMs ?? 0) + (stopGraceSeconds + stopExpirySeconds) * 1000;
  if (day.nowMs >= uselessAtMs) {
    return;
  }
  const enders = [...day.jobs.values()].filter(
    ({ action, recordId }) =>
      (action === "stop" && recordId === open) || (action === "restart" && recordId !== open),
  );
  expect([open, enders.length > 0]).toEqual([open, true]);
}

function never(): never {
  throw new Error("a prompt was sent");
}

/** How much later than its due time each job runs, in the order in which prompts are made. */
type Lateness = readonly number[];

function runsAtMs({ promptId, dueAtMs }: Prompt, lateness: Lateness): number {
  return dueAtMs + (lateness[Number(promptId.slice(1)) % lateness.length] ?? 0);
}

/** Lets jobs run, each at its time, until a moment of the day. */
async function runUntil(day: RepDay, untilMs: number, live: Life): Promise<void> {
  for (let runs = 0; ; runs += 1) {
    expect(runs).toBeLessThan(MOST_RUNS);
    const [job] = [...day.jobs.values()].sort(
      (left, right) => runsAtMs(left, live.lateness) - runsAtMs(right, live.lateness),
    );
    if (job === undefined || runsAtMs(job, live.lateness) >= untilMs) {
      break;
    }
    day.nowMs = Math.max(day.nowMs, runsAtMs(job, live.lateness));
    const before = recorderAfter(day.sent);
    const sentBefore = day.sent.length;
    await day.run(job);
    if (day.sent.length > sentBefore) {
      live.expectSent(day, before);
    }
    await live.expectPlan(day, `after ${job.action} of ${job.recordId}`);
  }
  day.nowMs = Math.max(day.nowMs, untilMs);
}

/** How a day goes, and what must hold on the way. */
interface Life {
  readonly lateness: Lateness;
  readonly expectSent: (day: RepDay, before: string | undefined) => void;
  readonly expectPlan: (day: RepDay, what: string) => Promise<void>;
}

async function liveThrough(day: RepDay, changes: readonly Change[], live: Life): Promise<void> {
  for (const change of changes.toSorted((left, right) => left.atMinute - right.atMinute)) {
    await runUntil(day, at("08:00") + change.atMinute * MINUTE_MS + 30_500, live);
    day.store(appointmentOf(change));
    await day.plan();
    await live.expectPlan(day, `after a change of ${change.recordId}`);
  }
  await runUntil(day, at("23:00"), live);
}

const changesArbitrary = fc.array(changeArbitrary, { minLength: 1, maxLength: 10 });

describe("a rep's day", () => {
  test(
    "whatever changes, prompts fit the visits and the recorder, and every recording is ended",
    async () => {
      const punctual: Life = {
        lateness: [0],
        expectSent: expectSensible,
        expectPlan: async (day, what) => {
          await expectSettledPlan(day, what);
          expectStopAhead(day);
        },
      };
      await fc.assert(
        fc.asyncProperty(changesArbitrary, scheduleArbitrary, async (changes, schedule) => {
          await liveThrough(new RepDay(schedule, at("07:00")), changes, punctual);
        }),
        { numRuns: 200 },
      );
    },
    TIMEOUT_MS,
  );

  test(
    "where visits are never joined, each keeps its own start and stop, whatever changes",
    async () => {
      const apart: Life = {
        lateness: [0],
        expectSent: expectOwnVisit,
        expectPlan: expectSameTimes,
      };
      await fc.assert(
        fc.asyncProperty(changesArbitrary, scheduleArbitrary, async (changes, schedule) => {
          const own = { ...schedule, restartGapSeconds: null };
          await liveThrough(new RepDay(own, at("07:00")), changes, apart);
        }),
        { numRuns: 150 },
      );
    },
    TIMEOUT_MS,
  );

  test(
    "jobs that run late and in any order still fit the visits and the recorder",
    async () => {
      const late = (lateness: Lateness): Life => ({
        lateness,
        expectSent: expectSensible,
        expectPlan: async (day) => expectStopAhead(day),
      });
      const latenessArbitrary = fc.array(fc.constantFrom(0, 0, 500, 5000, 90_000, 1_200_000), {
        minLength: 1,
        maxLength: 7,
      });
      await fc.assert(
        fc.asyncProperty(
          changesArbitrary,
          scheduleArbitrary,
          latenessArbitrary,
          async (changes, schedule, lateness) => {
            await liveThrough(new RepDay(schedule, at("07:00")), changes, late(lateness));
          },
        ),
        { numRuns: 200 },
      );
    },
    TIMEOUT_MS,
  );
});
