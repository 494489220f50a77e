import { describe, expect, test } from "@jest/globals";
import { planPrompts } from "../../src/appointments/plan-prompts.ts";
import type { PlanInput } from "../../src/appointments/plan-visit.ts";
import { anAppointment, aSchedule, at, DANA, issued, LEE } from "../support/builders.ts";

function planAt(time: string, own: Partial<PlanInput> = {}): readonly string[] {
  const planned = planPrompts({
    userId: DANA.userId,
    appointments: [],
    issued: [],
    schedule: aSchedule(),
    nowMs: at(time),
    ...own,
  });
  return planned
    .map(({ action, appointment, dueAtMs, expiresAtMs }) => {
      const [due, expires] = [dueAtMs, expiresAtMs].map((ms) =>
        new Date(ms).toISOString().slice(11, 19).replace(/:00$/, ""),
      );
      return `${due} ${action} ${appointment.recordId} until ${expires}`;
    })
    .sort();
}

const A = anAppointment("A", ["10:00", "11:00"]);
const B = anAppointment("B", ["11:00", "12:00"]);
const NEVER_JOIN = aSchedule({ restartGapSeconds: null });

describe("planPrompts, one visit", () => {
  test("starts two minutes before it begins and stops when it ends", () => {
    expect(planAt("08:00", { appointments: [A] })).toEqual([
      "09:58 start A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });

  test("uses the schedule's lead, grace and stop expiry", () => {
    const schedule = aSchedule({
      startLeadSeconds: 300,
      stopGraceSeconds: 60,
      stopExpirySeconds: 600,
    });
    expect(planAt("08:00", { appointments: [A], schedule })).toEqual([
      "09:55 start A until 11:00",
      "11:01 stop A until 11:11",
    ]);
  });

  test("starts at once when the moment is past but the visit is not over", () => {
    expect(planAt("10:30", { appointments: [A] })).toEqual([
      "10:30 start A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });

  test("starts at once when the rep is early and the visit is in progress", () => {
    const early = anAppointment("A", ["10:00", "11:00"], { status: "in-progress" });
    expect(planAt("09:40", { appointments: [early] })).toContain("09:40 start A until 11:00");
  });

  test("sends nothing for a visit that is over", () => {
    expect(planAt("11:00", { appointments: [A] })).toEqual([]);
  });

  test("sends nothing for another rep's visit, and nothing for one without a rep", () => {
    const foreign = anAppointment("A", ["10:00", "11:00"], { reps: [LEE] });
    const nobodys = anAppointment("B", ["10:00", "11:00"], { reps: [] });
    expect(planAt("08:00", { appointments: [foreign, nobodys] })).toEqual([]);
  });

  test("leaves what lies beyond the horizon for later", () => {
    const schedule = aSchedule({ horizonDays: 1 });
    const day = 86_400_000;
    const input = { appointments: [A], issued: [], schedule, userId: DANA.userId };
    expect(planPrompts({ ...input, nowMs: at("09:59") - day })).toEqual([]);
    expect(planPrompts({ ...input, nowMs: at("10:00") - day })).toHaveLength(2);
  });
});

describe("planPrompts, after the start was sent", () => {
  const started = [issued("start", A, "09:58")];

  test("does not start twice", () => {
    expect(planAt("10:00", { appointments: [A], issued: started })).toEqual([
      "11:00 stop A until 11:30",
    ]);
  });

  test.each(["completed", "canceled"] as const)("stops at once when the visit is %s", (status) => {
    const ended = anAppointment("A", ["10:00", "11:00"], { status });
    expect(planAt("10:40", { appointments: [ended], issued: started })).toEqual([
      "10:40 stop A until 11:10",
    ]);
  });

  test("stops the old rep at once and starts the new one when the visit changes hands", () => {
    const moved = anAppointment("A", ["10:00", "11:00"], { reps: [LEE] });
    expect(planAt("10:20", { appointments: [moved], issued: started })).toEqual([
      "10:20 stop A until 10:50",
    ]);
    expect(planAt("10:20", { appointments: [moved], userId: LEE.userId })).toEqual([
      "10:20 start A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });

  test("has nothing to stop when the start of a canceled visit was never sent", () => {
    const canceled = anAppointment("A", ["10:00", "11:00"], { status: "canceled" });
    expect(planAt("10:20", { appointments: [canceled] })).toEqual([]);
  });

  test("still stops a visit whose end passed without its stop, while that is useful", () => {
    expect(planAt("11:10", { appointments: [A], issued: started })).toEqual([
      "11:00 stop A until 11:30",
    ]);
    expect(planAt("11:30", { appointments: [A], issued: started })).toEqual([]);
  });

  test("moves only the stop when the visit moves earlier or a little later", () => {
    const later = anAppointment("A", ["10:20", "11:20"]);
    expect(planAt("10:00", { appointments: [later], issued: started })).toEqual([
      "11:20 stop A until 11:50",
    ]);
  });

  test("starts again when the visit moves more than half an hour later", () => {
    const afternoon = anAppointment("A", ["14:00", "15:00"]);
    expect(planAt("10:05", { appointments: [afternoon], issued: started })).toEqual([
      "13:58 start A until 15:00",
      "15:00 stop A until 15:30",
    ]);
  });

  test("starts again when a visit that was stopped is on again", () => {
    const history = [...started, issued("stop", A, "10:10")];
    expect(planAt("10:15", { appointments: [A], issued: history })).toEqual([
      "10:15 start A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });
});

describe("planPrompts, one visit after another", () => {
  test("touching visits become one restart", () => {
    expect(planAt("08:00", { appointments: [A, B] })).toEqual([
      "09:58 start A until 11:00",
      "11:00 restart B until 12:00",
      "12:00 stop B until 12:30",
    ]);
  });

  test("the order in which the visits are given does not matter", () => {
    expect(planAt("08:00", { appointments: [B, A] })).toEqual(
      planAt("08:00", { appointments: [A, B] }),
    );
  });

  test("a gap of exactly restartGapSeconds is joined, one second more is not", () => {
    const near = anAppointment("B", ["11:02", "12:00"]);
    const far = anAppointment("B", ["11:02:01", "12:00"]);
    expect(planAt("08:00", { appointments: [A, near] })).toContain("11:00 restart B until 12:00");
    expect(planAt("08:00", { appointments: [A, far] })).toEqual([
      "09:58 start A until 11:00",
      "11:00 stop A until 11:30",
      "11:00:01 start B until 12:00",
      "12:00 stop B until 12:30",
    ]);
  });

  test("overlapping visits restart when the second begins, not before", () => {
    const over = anAppointment("B", ["10:30", "11:30"]);
    expect(planAt("08:00", { appointments: [A, over] })).toEqual([
      "09:58 start A until 11:00",
      "10:30 restart B until 11:30",
      "11:30 stop B until 12:00",
    ]);
  });

  test("the restart drops the first visit's stop with its grace", () => {
    const schedule = aSchedule({ stopGraceSeconds: 300 });
    const plan = planAt("08:00", { appointments: [A, B], schedule });
    expect(plan).toContain("11:00 restart B until 12:00");
    expect(plan.filter((line) => line.includes("stop A"))).toEqual([]);
  });

  test("three in a row: start, restart, restart, stop", () => {
    const C = anAppointment("C", ["12:01", "13:00"]);
    expect(planAt("08:00", { appointments: [A, B, C] })).toEqual([
      "09:58 start A until 11:00",
      "11:00 restart B until 12:00",
      "12:00 restart C until 13:00",
      "13:00 stop C until 13:30",
    ]);
  });

  test("when the second of two joined visits goes away, the first one's stop comes back", () => {
    const gone = anAppointment("B", ["11:00", "12:00"], { status: "canceled" });
    expect(
      planAt("10:30", { appointments: [A, gone], issued: [issued("start", A, "09:58")] }),
    ).toEqual(["11:00 stop A until 11:30"]);
  });

  test("after the restart was sent, the first visit has nothing left to stop", () => {
    const history = [issued("start", A, "09:58"), issued("restart", B, "11:00")];
    expect(planAt("11:05", { appointments: [A, B], issued: history })).toEqual([
      "12:00 stop B until 12:30",
    ]);
  });

  test("null never joins; the stop comes before the start all the same", () => {
    expect(planAt("08:00", { appointments: [A, B], schedule: NEVER_JOIN })).toEqual([
      "09:58 start A until 11:00",
      "11:00 stop A until 11:30",
      "11:00:01 start B until 12:00",
      "12:00 stop B until 12:30",
    ]);
  });

  test("zero joins touching visits only", () => {
    const schedule = aSchedule({ restartGapSeconds: 0 });
    const near = anAppointment("B", ["11:00:01", "12:00"]);
    expect(planAt("08:00", { appointments: [A, B], schedule })).toContain(
      "11:00 restart B until 12:00",
    );
    expect(planAt("08:00", { appointments: [A, near], schedule })).toContain(
      "11:00 stop A until 11:30",
    );
  });

  test("a stop's grace gives way to the next visit's start", () => {
    const schedule = aSchedule({ stopGraceSeconds: 600, startLeadSeconds: 60 });
    const next = anAppointment("B", ["11:05", "12:00"]);
    expect(planAt("08:00", { appointments: [A, next], schedule })).toEqual([
      "09:59 start A until 11:00",
      "11:04 stop A until 11:34",
      "11:04:01 start B until 12:00",
      "12:10 stop B until 12:40",
    ]);
  });
});

describe("planPrompts, when the day does not follow the book", () => {
  test("a start due in the same moment as another visit's early stop becomes a restart", () => {
    const done = anAppointment("A", ["10:00", "11:00"], { status: "completed" });
    const next = anAppointment("B", ["11:00", "12:00"]);
    expect(
      planAt("10:59", { appointments: [done, next], issued: [issued("start", A, "09:58")] }),
    ).toEqual(["10:59 restart B until 12:00", "12:00 stop B until 12:30"]);
  });

  test("an early stop well before the next start stays a stop", () => {
    const done = anAppointment("A", ["10:00", "11:00"], { status: "completed" });
    expect(
      planAt("10:40", { appointments: [done, B], issued: [issued("start", A, "09:58")] }),
    ).toEqual([
      "10:40 stop A until 11:10",
      "10:58 start B until 12:00",
      "12:00 stop B until 12:30",
    ]);
  });

  test("a recording whose stop was never sent is ended by the next start, as a restart", () => {
    const next = anAppointment("B", ["12:00", "13:00"]);
    expect(
      planAt("11:50", { appointments: [A, next], issued: [issued("start", A, "09:58")] }),
    ).toEqual(["11:58 restart B until 13:00", "13:00 stop B until 13:30"]);
  });

  test("a recording forgotten since the morning does not turn the evening's start into a restart", () => {
    const evening = anAppointment("B", ["18:00", "19:00"]);
    expect(
      planAt("17:00", { appointments: [A, evening], issued: [issued("start", A, "09:58")] }),
    ).toContain("17:58 start B until 19:00");
  });

  test("the rep does the second visit first: it starts at once, the first one follows as a restart", () => {
    const second = anAppointment("B", ["11:00", "12:00"], { status: "in-progress" });
    expect(planAt("09:50", { appointments: [A, second] })).toEqual([
      "09:50 start B until 12:00",
      "10:00 restart A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });

  test("a visit that moved to the afternoon while it was recorded: the visit in between ends that recording", () => {
    const afternoon = anAppointment("A", ["14:00", "15:00"]);
    const noon = anAppointment("B", ["11:00", "12:00"]);
    expect(
      planAt("10:05", { appointments: [afternoon, noon], issued: [issued("start", A, "09:58")] }),
    ).toEqual([
      "10:58 restart B until 12:00",
      "12:00 stop B until 12:30",
      "13:58 start A until 15:00",
      "15:00 stop A until 15:30",
    ]);
  });

  test("a visit given to a rep who is recording another one, begun later, restarts into it", () => {
    const other = anAppointment("B", ["10:30", "11:30"]);
    const history = [issued("start", other, "10:28")];
    expect(planAt("10:35", { appointments: [A, other], issued: history })).toEqual([
      "10:35 restart A until 11:00",
      "11:00 stop A until 11:30",
    ]);
  });

  test("an overdue stop and a start that is due at once become a restart", () => {
    const next = anAppointment("B", ["11:08", "12:00"]);
    expect(
      planAt("11:10", { appointments: [A, next], issued: [issued("start", A, "09:58")] }),
    ).toEqual(["11:10 restart B until 12:00", "12:00 stop B until 12:30"]);
  });

  test("two overlapping visits that are seen late are asked for in their order", () => {
    const other = anAppointment("B", ["10:30", "11:30"]);
    const planned = planPrompts({
      userId: DANA.userId,
      appointments: [other, A],
      issued: [],
      schedule: aSchedule(),
      nowMs: at("10:35"),
    });
    const [start, restart] = ["start", "restart"].map(
      (action) => planned.find((one) => one.action === action)?.dueAtMs ?? 0,
    );
    expect(start).toBe(at("10:35"));
    expect((restart ?? 0) - at("10:35")).toBeGreaterThan(0);
    expect((restart ?? 0) - at("10:35")).toBeLessThan(1000);
  });

  test("an end moved to before the recording began stops it at once", () => {
    const moved = anAppointment("A", ["09:00", "09:30"]);
    expect(
      planAt("09:59", { appointments: [moved], issued: [issued("start", A, "09:58")] }),
    ).toEqual(["09:58 stop A until 10:28"]);
  });

  test("never joined: a later visit waits for every stop before it, not only for its neighbour's", () => {
    const schedule = aSchedule({ restartGapSeconds: null, startLeadSeconds: 600 });
    const twin = anAppointment("C", ["11:00", "12:00"]);
    expect(planAt("08:00", { appointments: [A, B, twin], schedule })).toEqual([
      "09:50 start A until 11:00",
      "11:00 stop A until 11:30",
      "11:00:01 start B until 12:00",
      "11:00:01 start C until 12:00",
      "12:00 stop B until 12:30",
      "12:00 stop C until 12:30",
    ]);
  });

  test("never joined: an overlapping visit's start does not take away the first one's stop", () => {
    const over = anAppointment("B", ["10:30", "11:30"]);
    const history = [issued("start", A, "09:58"), issued("start", over, "10:28")];
    expect(
      planAt("10:40", { appointments: [A, over], issued: history, schedule: NEVER_JOIN }),
    ).toEqual(["11:00 stop A until 11:30", "11:30 stop B until 12:00"]);
  });

  test("never joined: the restart that ends a forgotten recording ends the others, too", () => {
    const forgotten = anAppointment("A", ["14:00", "15:00"]);
    const long = anAppointment("C", ["09:55", "11:20"]);
    const history = [issued("start", long, "09:53"), issued("start", A, "09:58")];
    const appointments = [forgotten, B, long];
    expect(planAt("10:05", { appointments, issued: history, schedule: NEVER_JOIN })).toEqual([
      "10:58 restart B until 12:00",
      "12:00 stop B until 12:30",
      "13:58 start A until 15:00",
      "15:00 stop A until 15:30",
    ]);
  });

  test("never joined: a restart in place of an overdue stop is sent without the others' overdue stops", () => {
    const twin = anAppointment("C", ["10:00", "10:59"]);
    const next = anAppointment("B", ["11:08", "12:00"]);
    const history = [issued("start", twin, "09:57"), issued("start", A, "09:58")];
    const appointments = [A, twin, next];
    expect(planAt("11:10", { appointments, issued: history, schedule: NEVER_JOIN })).toEqual([
      "11:10 restart B until 12:00",
      "12:00 stop B until 12:30",
    ]);
  });
});
