import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { RepState } from "../../src/books/rep-state.ts";
import { composeDay } from "../../src/deliveries/compose-day.ts";
import { dayBounds } from "../../src/deliveries/day-bounds.ts";
import { readDay } from "../../src/deliveries/read-day.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import { type Prompt, promptSchema } from "../../src/domain/prompt.ts";
import { type Receipt, type ReceiptKind, receiptSchema } from "../../src/domain/receipt.ts";
import { anAppointment, at, DANA, LEE } from "../support/builders.ts";

const DENVER = "America/Denver";
const HOUR_MS = 3_600_000;

const ms = (iso: string) => Date.parse(iso);

describe("a day in a time zone", () => {
  test.each([
    [DENVER, "2026-11-23T06:59:59Z", "2026-11-22T07:00:00Z", 24],
    [DENVER, "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z", 24],
    ["UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", 24],
    ["Pacific/Kiritimati", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z", 24],
    ["Etc/GMT+12", "2026-11-23T11:59:00Z", "2026-11-22T12:00:00Z", 24],
    ["Asia/Kathmandu", "2026-11-23T18:15:00Z", "2026-11-23T18:15:00Z", 24],
    // Clocks go forward: 23 hours, before and after the change.
    [DENVER, "2026-03-08T07:30:00Z", "2026-03-08T07:00:00Z", 23],
    [DENVER, "2026-03-09T05:59:00Z", "2026-03-08T07:00:00Z", 23],
    // Clocks go back: 25 hours.
    [DENVER, "2026-11-01T06:00:00Z", "2026-11-01T06:00:00Z", 25],
    [DENVER, "2026-11-02T06:59:00Z", "2026-11-01T06:00:00Z", 25],
    // Half an hour of daylight saving.
    ["Australia/Lord_Howe", "2026-10-04T03:00:00Z", "2026-10-03T13:30:00Z", 23.5],
    // No midnight at all on the day the clocks go forward: it begins at one.
    ["Africa/Cairo", "2026-04-24T10:00:00Z", "2026-04-23T22:00:00Z", 23],
    // Midnight twice: the first one counts.
    ["America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", 25],
  ] as const)("%s %s", (...[timeZone, moment, from, hours]) => {
    const { fromMs, untilMs } = dayBounds(ms(moment), timeZone);
    expect(new Date(fromMs).toISOString()).toBe(new Date(from).toISOString());
    expect((untilMs - fromMs) / HOUR_MS).toBe(hours);
  });

  test("holds its moment, and is followed by the next day without a gap", () => {
    const zones = [DENVER, "Europe/Berlin", "Asia/Tehran", "America/St_Johns", "Africa/Cairo"];
    fc.assert(
      fc.property(
        fc.integer({ min: ms("2020-01-01T00:00:00Z"), max: ms("2035-01-01T00:00:00Z") }),
        fc.constantFrom(...zones),
        (moment, timeZone) => {
          const day = dayBounds(moment, timeZone);
          expect(day.fromMs).toBeLessThanOrEqual(moment);
          expect(day.untilMs).toBeGreaterThan(moment);
          expect(dayBounds(day.untilMs - 1, timeZone)).toEqual(day);
          expect(dayBounds(day.untilMs, timeZone).fromMs).toBe(day.untilMs);
        },
      ),
    );
  });
});

test("the day of a rep whose time zone is not known is that of UTC, wherever the bridge runs", async () => {
  const state = aState(at("9:00"), []);
  const deps = {
    readRep: async () => ({ userId: DANA.userId }),
    readRepState: async () => state,
    readReceipts: async () => [],
    issueLink: () => ({ kind: "refused", reasons: "none is asked for" }) as const,
  };
  const day = await readDay(deps, DANA.userId);
  expect(day).toMatchObject({ timeZone: "UTC", untilMs: dayBounds(state.nowMs, "UTC").untilMs });
});

interface Visit {
  readonly appointment: Appointment;
  readonly prompts?: readonly Prompt[];
}

function aState(nowMs: number, visits: readonly Visit[], livePromptId?: string): RepState {
  return {
    revision: "1",
    nowMs,
    livePromptId,
    issued: [],
    recorder: [],
    visits: visits.map(({ appointment, prompts = [] }) => ({
      prompts,
      stored: {
        appointment,
        version: { occurredAtMs: 0, readAtMs: 0, eventId: "e" },
        contentHash: "",
        knownUserIds: [DANA.userId],
      },
    })),
  };
}

function compose(state: RepState, receipts: readonly Receipt[] = [], timeZone = "UTC") {
  const linkOf = ({ prompt }: { readonly prompt: Prompt }) => `link-of-${prompt.promptId}`;
  return composeDay({ state, userId: DANA.userId, timeZone, receipts, linkOf });
}

function prompt(own: Partial<Prompt>): Prompt {
  return promptSchema.parse({
    promptId: "p1",
    userId: DANA.userId,
    recordType: "ServiceAppointment",
    recordId: "a",
    action: "start",
    dueAtMs: at("9:00"),
    expiresAtMs: at("10:00"),
    generation: 1,
    state: "sent",
    reason: "",
    token: "t",
    ...own,
  });
}

function receipt(kind: ReceiptKind, promptId = "p1"): Receipt {
  return receiptSchema.parse({
    kind,
    promptId,
    userId: DANA.userId,
    source: "siro-events",
    atMs: at("9:05"),
  });
}

describe("which visits a rep's day has", () => {
  test("those that touch today in the rep's own zone, by their start", () => {
    const night = { startAtMs: ms("2026-11-23T06:30:00Z"), endAtMs: ms("2026-11-23T07:30:00Z") };
    const visits = [
      anAppointment("afternoon", ["22:00", "23:00"]),
      anAppointment("morning", ["16:00", "17:00"]),
      anAppointment("over-midnight", ["0:00", "1:00"], night),
      anAppointment("yesterday", ["6:00", "7:00"]),
      anAppointment("tomorrow", ["0:00", "1:00"], {
        startAtMs: ms("2026-11-24T07:00:00Z"),
        endAtMs: ms("2026-11-24T08:00:00Z"),
      }),
    ].map((appointment) => ({ appointment }));
    const day = compose(aState(at("18:00"), visits), [], DENVER);
    expect(day.visits.map(({ recordId }) => recordId)).toEqual([
      "over-midnight",
      "morning",
      "afternoon",
    ]);
    expect(day.untilMs).toBe(ms("2026-11-24T07:00:00Z"));
    const before = compose(aState(ms("2026-11-23T06:59:00Z"), visits), [], DENVER);
    expect(before.visits.map(({ recordId }) => recordId)).toEqual(["yesterday", "over-midnight"]);
  });

  test("not those that were given to another rep, but any whose prompt is still live", () => {
    const stop = prompt({ action: "stop", recordId: "taken" });
    const visits = [
      { appointment: anAppointment("taken", ["8:00", "9:30"], { reps: [LEE] }), prompts: [stop] },
      { appointment: anAppointment("lees", ["8:00", "9:30"], { reps: [LEE] }) },
    ];
    const day = compose(aState(at("9:30"), visits, "p1"));
    expect(day.visits.map(({ recordId }) => recordId)).toEqual(["taken"]);
    expect(day.next).toMatchObject({ action: "stop", link: "link-of-p1" });
  });

  test("yesterday's whose stop is still live", () => {
    const appointment = anAppointment("late", ["0:00", "1:00"], {
      startAtMs: ms("2026-11-22T22:00:00Z"),
      endAtMs: ms("2026-11-22T23:55:00Z"),
    });
    const stop = prompt({ action: "stop", recordId: "late", expiresAtMs: at("0:25") });
    const state = (time: string) => aState(at(time), [{ appointment, prompts: [stop] }], "p1");
    expect(compose(state("0:10")).visits).toMatchObject([{ recordId: "late" }]);
    expect(compose(state("0:26")).visits).toEqual([]);
  });
});

describe("how far a visit has come", () => {
  const visit = (own: Partial<Appointment> = {}) => anAppointment("a", ["9:00", "10:00"], own);
  const stop = (own: Partial<Prompt>) =>
    prompt({
      promptId: "p2",
      action: "stop",
      dueAtMs: at("10:00"),
      expiresAtMs: at("10:30"),
      ...own,
    });

  function stateOf(input: {
    readonly own?: Partial<Appointment>;
    readonly prompts: readonly Prompt[];
    readonly receipts?: readonly Receipt[];
    readonly time?: string;
    readonly live?: string;
  }) {
    const visits = [{ appointment: visit(input.own), prompts: input.prompts }];
    const state = aState(at(input.time ?? "9:10"), visits, input.live ?? "p1");
    return compose(state, input.receipts).visits[0]?.state;
  }

  test.each([
    ["planned", { prompts: [] }],
    ["planned", { prompts: [prompt({ state: "waiting" })], time: "8:00", live: "" }],
    ["planned", { prompts: [prompt({ state: "superseded" })] }],
    ["planned", { prompts: [prompt({ state: "due", expiresAtMs: at("9:05") })] }],
    ["due", { prompts: [prompt({ state: "due" })] }],
    ["sent", { prompts: [prompt({})] }],
    ["sent", { prompts: [prompt({})], receipts: [receipt("delivered")] }],
    ["opened", { prompts: [prompt({ answeredAtMs: 1 })], receipts: [receipt("opened")] }],
    ["recording", { prompts: [prompt({ answeredAtMs: 1 })], receipts: [receipt("returned")] }],
    ["recording", { prompts: [prompt({})], receipts: [receipt("recording")] }],
    ["recording", { prompts: [prompt({ action: "restart" })], receipts: [receipt("recording")] }],
    ["opened", { prompts: [prompt({ answeredAtMs: 1 }), stop({})], time: "10:05", live: "p2" }],
    ["done", { prompts: [prompt({}), stop({ answeredAtMs: 1 })], time: "10:05", live: "p2" }],
    ["done", { prompts: [prompt({})], receipts: [receipt("stopped")] }],
    ["done", { prompts: [prompt({}), stop({})], time: "10:31", live: "p2" }],
    ["done", { prompts: [], time: "10:00" }],
    ["done", { prompts: [], own: { status: "completed" } }],
    ["canceled", { prompts: [prompt({})], own: { status: "canceled" } }],
  ] as const)("%s: %j", (expected, input) => {
    expect(stateOf(input)).toBe(expected);
  });
});

describe("what comes next", () => {
  test("without a live prompt the next planned one, on whatever day, without a link", () => {
    const later = prompt({
      promptId: "later",
      state: "waiting",
      dueAtMs: at("15:00"),
      expiresAtMs: at("16:00"),
    });
    const sooner = prompt({
      promptId: "sooner",
      state: "waiting",
      dueAtMs: at("12:00"),
      expiresAtMs: at("13:00"),
    });
    const past = prompt({
      promptId: "past",
      state: "waiting",
      dueAtMs: at("7:00"),
      expiresAtMs: at("8:00"),
    });
    const visits = [
      { appointment: anAppointment("a", ["15:00", "16:00"]), prompts: [later, past] },
      { appointment: anAppointment("b", ["12:00", "13:00"]), prompts: [sooner] },
    ];
    expect(compose(aState(at("9:00"), visits)).next).toMatchObject({
      promptId: "sooner",
      recordId: "b",
      state: "planned",
      link: undefined,
    });
  });

  test("the live prompt goes before what is planned, and is over when it expires", () => {
    const live = prompt({});
    const planned = prompt({
      promptId: "p2",
      action: "stop",
      state: "waiting",
      dueAtMs: at("10:00"),
      expiresAtMs: at("10:30"),
    });
    const visits = [
      { appointment: anAppointment("a", ["9:00", "10:00"]), prompts: [live, planned] },
    ];
    expect(compose(aState(at("9:59"), visits, "p1")).next?.promptId).toBe("p1");
    expect(compose(aState(at("10:00"), visits, "p1")).next?.promptId).toBe("p2");
  });
});
