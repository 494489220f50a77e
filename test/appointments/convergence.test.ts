import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { planPrompts } from "../../src/appointments/plan-prompts.ts";
import { readAppointment } from "../../src/books/appointment-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { createPromptsQueue, type PromptsQueue } from "../../src/queues/prompts.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { aConnection, follower, waitingPrompts } from "../support/bridge-state.ts";
import { DANA, LEE } from "../support/builders.ts";
import { startRedisServer } from "../support/redis-server.ts";

type RecordChanged = Extract<CrmEvent, { kind: "record-changed" }>;

const HOUR_MS = 3_600_000;
const connection = aConnection();

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;
let prompts: PromptsQueue;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
  prompts = createPromptsQueue(redis);
});

afterAll(async () => {
  await prompts.queue.close();
  redis.disconnect();
  await server.stop();
});

interface History {
  readonly recordId: string;
  readonly status: Appointment["status"];
  readonly startsInHours: number;
  readonly rep: "dana" | "lee" | "both";
  readonly occurredAtMs: number;
}

const historyArbitrary = fc.array(
  fc.record({
    recordId: fc.constantFrom("A", "B", "C"),
    status: fc.constantFrom("scheduled" as const, "scheduled" as const, "canceled" as const),
    startsInHours: fc.integer({ min: 1, max: 6 }),
    rep: fc.constantFrom("dana" as const, "lee" as const, "both" as const),
    occurredAtMs: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 12 },
);

function eventOf(
  one: History,
  index: number,
  run: { readonly tag: string; readonly baseMs: number },
) {
  const startAt = run.baseMs + one.startsInHours * HOUR_MS;
  const reps = { dana: [DANA], lee: [LEE], both: [DANA, LEE] }[one.rep];
  return {
    kind: "record-changed",
    connection: connection.name,
    eventId: `${run.tag}-${String(index).padStart(2, "0")}`,
    source: "json",
    receivedAtMs: run.baseMs,
    recordType: "ServiceAppointment",
    recordId: `${run.tag}-${one.recordId}`,
    occurredAtMs: one.occurredAtMs,
    appointment: {
      status: one.status,
      startAt,
      endAt: startAt + HOUR_MS,
      title: "",
      crmObjects: [],
      reps: reps.map((rep) => ({ ...rep, userId: `${run.tag}-${rep.userId}` })),
    },
  } satisfies RecordChanged;
}

describe("events in any order", () => {
  test("shuffled, repeated and concurrent events end in the plan of the newest state", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(historyArbitrary, fc.func(fc.nat()), async (history, shuffle) => {
        runs += 1;
        const run = { tag: `r${runs}`, baseMs: Date.now() };
        const events = history.map((one, index) => eventOf(one, index, run));
        const shuffled = [...events, ...events.slice(0, 4)]
          .map((event, index) => ({ event, rank: shuffle(index) }))
          .sort((left, right) => left.rank - right.rank)
          .map(({ event }) => event);
        const follow = follower(redis, prompts, connection);
        await Promise.all(shuffled.slice(0, 6).map(follow));
        for (const event of shuffled.slice(6)) {
          await follow(event);
        }
        const newest = newestAppointments(events);
        for (const [recordId, expected] of newest) {
          const stored = await readAppointment(redis, { connection: "acme", recordId });
          expect(stored?.appointment).toEqual(expected);
        }
        for (const { userId } of [DANA, LEE]) {
          const mine = `${run.tag}-${userId}`;
          const planned = planPrompts({
            userId: mine,
            appointments: [...newest.values()],
            issued: [],
            schedule: connection.schedule,
            nowMs: Date.now(),
          });
          const waiting = await waitingPrompts(redis, "acme", mine);
          expect(waiting.map(lineOf).sort()).toEqual(
            planned.map((one) => lineOf({ ...one, recordId: one.appointment.recordId })).sort(),
          );
          for (const { promptId, dueAtMs } of waiting) {
            const job = await prompts.queue.getJob(promptId);
            expect((job?.timestamp ?? 0) + (job?.delay ?? 0)).toBe(dueAtMs);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("an older event changes nothing and stands on the timeline as stale", async () => {
    const run = { tag: "stale", baseMs: Date.now() };
    const base = { recordId: "A", status: "scheduled", rep: "dana" } as const;
    const newer = eventOf({ ...base, startsInHours: 2, occurredAtMs: 20 }, 1, run);
    const older = eventOf({ ...base, startsInHours: 5, occurredAtMs: 10 }, 2, run);
    const follow = follower(redis, prompts, connection);
    await follow(newer);
    const before = await waitingPrompts(redis, "acme", `stale-${DANA.userId}`);
    expect(await follow(older)).toMatchObject({ kind: "followed", verdict: "stale" });
    expect(await waitingPrompts(redis, "acme", `stale-${DANA.userId}`)).toEqual(before);
    const timeline = await readTimeline(redis, { connection: "acme", recordId: "stale-A" });
    expect(timeline.map(({ kind }) => kind)).toContain("event.stale");
  });

  test("a repeated event keeps the prompts it made: same ids, same generation", async () => {
    const run = { tag: "again", baseMs: Date.now() };
    const event = eventOf(
      { recordId: "A", status: "scheduled", rep: "dana", startsInHours: 2, occurredAtMs: 1 },
      1,
      run,
    );
    const follow = follower(redis, prompts, connection);
    await follow(event);
    const before = await waitingPrompts(redis, "acme", `again-${DANA.userId}`);
    expect(await follow(event)).toMatchObject({ verdict: "same-content" });
    expect(await waitingPrompts(redis, "acme", `again-${DANA.userId}`)).toEqual(before);
    expect(before).toHaveLength(2);
  });

  test("an event that carries an id only is parked with a reason, not dropped", async () => {
    const run = { tag: "id-only", baseMs: Date.now() };
    const { appointment: _, ...event } = eventOf(
      { recordId: "A", status: "scheduled", rep: "dana", startsInHours: 2, occurredAtMs: 1 },
      1,
      run,
    );
    expect(await follower(redis, prompts, connection)(event)).toMatchObject({
      kind: "parked",
      reason: "NO_READER",
    });
  });
});

function lineOf(one: {
  readonly recordId: string;
  readonly action: string;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
}): string {
  return `${one.recordId} ${one.action} ${one.dueAtMs} ${one.expiresAtMs}`;
}

/** The model: per record the latest time, then the furthest status, then the greatest event id. */
function newestAppointments(events: readonly RecordChanged[]): Map<string, Appointment> {
  const rank = { scheduled: 0, "in-progress": 1, completed: 2, canceled: 2 };
  const newest = new Map<string, RecordChanged>();
  for (const event of events) {
    const known = newest.get(event.recordId);
    const key = (one: RecordChanged) =>
      `${one.occurredAtMs}${rank[one.appointment?.status ?? "scheduled"]}${one.eventId}`;
    if (known === undefined || key(event) > key(known)) {
      newest.set(event.recordId, event);
    }
  }
  return new Map(
    [...newest].flatMap(([recordId, { recordType, appointment }]): [string, Appointment][] =>
      appointment === undefined
        ? []
        : [
            [
              recordId,
              {
                recordType,
                recordId,
                status: appointment.status,
                startAtMs: appointment.startAt,
                endAtMs: appointment.endAt ?? 0,
                title: appointment.title,
                crmObjects: appointment.crmObjects,
                reps: appointment.reps,
              },
            ],
          ],
    ),
  );
}
