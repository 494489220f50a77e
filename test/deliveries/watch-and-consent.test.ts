import { describe, expect, test } from "@jest/globals";
import { begunByHand } from "../../src/deliveries/begun-by-hand.ts";
import { confirmPrompt } from "../../src/deliveries/confirm-prompt.ts";
import { recordConsent } from "../../src/deliveries/record-consent.ts";
import { watchOfRep } from "../../src/deliveries/watch-span.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import type { RecorderSign } from "../../src/domain/recorder-trail.ts";
import { siroWatchSchema } from "../../src/domain/siro-watch.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at, DANA } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);
const SETTINGS = siroWatchSchema.parse({});
const REP = { connection: "acme", userId: DANA.userId };

/** A day at ten on which the start of A was sent. */
async function aDay(others: readonly (typeof A)[] = []) {
  const day = new RepDay(aSchedule({ startLeadSeconds: 0, restartGapSeconds: 0 }), at("08:00"));
  for (const appointment of [A, ...others]) {
    day.store(appointment);
  }
  await day.plan();
  const prompt = (action: Prompt["action"]) => {
    const found = day.promptsOf("A").find((one) => one.action === action);
    if (found === undefined) {
      throw new Error(`no ${action}`);
    }
    return found;
  };
  day.nowMs = at("10:00");
  await day.run(prompt("start"));
  return { day, prompt };
}

function sign(kind: RecorderSign["sign"], time: string, own: Partial<RecorderSign> = {}) {
  return { eventId: `${kind} ${time}`, atMs: at(time), sign: kind, recordingId: "r1", ...own };
}

describe("how long it is worth asking Siro about a rep", () => {
  test("while a prompt may be followed; for hours, now and then, while nothing is known of it", async () => {
    const { day } = await aDay();
    const span = watchOfRep(day.state(), SETTINGS);
    expect(span).toEqual({ untilMs: at("11:00"), lateUntilMs: at("22:00") });
  });

  test("while a recording is known to run, three hours from its last sign", async () => {
    const { day, prompt } = await aDay();
    const { promptId } = prompt("start");
    await day.record({ promptId, kind: "recording", source: "siro-events", recordingId: "r1" });
    day.hear([sign("start", "10:01")]);
    day.nowMs = at("12:00");
    expect(watchOfRep(day.state(), SETTINGS)).toEqual({ untilMs: at("13:01"), lateUntilMs: 0 });
  });

  test("until the visit's end once its recording ended: the rep may begin again", async () => {
    const { day, prompt } = await aDay();
    const { promptId } = prompt("start");
    const evidence = { promptId, source: "siro-events", recordingId: "r1" } as const;
    await day.record({ ...evidence, kind: "recording" });
    day.nowMs = at("10:30");
    await day.record({ ...evidence, kind: "stopped" });
    day.hear([sign("start", "10:01"), sign("stop", "10:30")]);
    expect(watchOfRep(day.state(), SETTINGS)).toEqual({ untilMs: at("11:00"), lateUntilMs: 0 });
    day.nowMs = at("11:00");
    await day.run(prompt("stop"));
    expect(watchOfRep(day.state(), SETTINGS)).toEqual({ untilMs: 0, lateUntilMs: 0 });
  });
});

describe("what a rep began by hand", () => {
  test("is evidence for the visit's start, by rep and time; its end, too", async () => {
    const { day, prompt } = await aDay();
    day.hear([sign("start", "10:02"), sign("stop", "10:40")]);
    const { promptId } = prompt("start");
    const how = { certainty: "time", source: "siro-events", isByHand: true };
    const base = { ...how, promptId, recordingId: "r1" };
    expect(begunByHand(day.state(), DANA.userId)).toEqual([
      { ...base, kind: "recording", atMs: at("10:02") },
      { ...base, kind: "stopped", atMs: at("10:40") },
    ]);
  });

  test("is not what had ended before the start was sent", async () => {
    const { day } = await aDay();
    day.hear([sign("start", "09:52"), sign("stop", "09:58")]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
  });

  test("is not what the rep threw away", async () => {
    const { day } = await aDay();
    day.hear([sign("start", "10:02"), sign("cancelled", "10:04")]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
  });

  test("is not what a link began, what a prompt has already, or what began after the visit", async () => {
    const { day, prompt } = await aDay();
    day.hear([sign("start", "10:02", { isByLink: true })]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
    day.hear([sign("start", "11:05")]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
    day.hear([sign("start", "10:02")]);
    const { promptId } = prompt("start");
    await day.record({ promptId, kind: "recording", source: "siro-events", recordingId: "r1" });
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
  });
});

describe("what may be of two visits", () => {
  const B = anAppointment("B", ["11:05", "12:00"]);

  test("is evidence for neither", async () => {
    const { day } = await aDay([B]);
    day.hear([sign("start", "10:57")]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
  });

  test("what one visit's prompt began late is not the next one's", async () => {
    const { day, prompt } = await aDay([B]);
    const [next] = day.promptsOf("B").filter(({ action }) => action === "start");
    day.nowMs = at("11:05");
    await day.run(next ?? prompt("start"));
    const { promptId } = prompt("start");
    await day.record({ promptId, kind: "recording", source: "siro-events", recordingId: "r1" });
    day.hear([sign("start", "11:30")]);
    expect(begunByHand(day.state(), DANA.userId)).toEqual([]);
  });
});

describe("a customer's consent", () => {
  const hear = (day: RepDay, status: string, time: string) =>
    day.changeRep((state) => recordConsent(state, REP, { status, atMs: at(time) }));

  test("the newest word stays, whatever the order; of one moment the refusal", async () => {
    const { day, prompt } = await aDay();
    day.nowMs = at("10:10");
    await hear(day, "granted", "10:03");
    await hear(day, "requested", "10:02");
    expect(prompt("start").consent).toEqual({ status: "granted", atMs: at("10:03") });
    await hear(day, "declined", "10:03");
    await hear(day, "requested", "10:03");
    expect(prompt("start").consent).toEqual({ status: "declined", atMs: at("10:03") });
  });

  test("once declined nobody is reminded; agreed is no answer", async () => {
    const { day, prompt } = await aDay();
    day.nowMs = at("10:10");
    await hear(day, "granted", "10:03");
    expect(prompt("start").answeredAtMs).toBeUndefined();
    await hear(day, "declined", "10:04");
    expect(prompt("start").answeredAtMs).toBe(at("10:04"));
  });

  test("about another recording is not this visit's; about one of unknown beginning it is told alone", async () => {
    const { day, prompt } = await aDay();
    day.nowMs = at("10:10");
    const decline = (recordingId: string, time = "10:04") =>
      day.changeRep((state) =>
        recordConsent(state, REP, { status: "declined", atMs: at(time), recordingId }),
      );
    day.hear([sign("start", "09:40")]);
    await decline("r1");
    expect(prompt("start").consent).toBeUndefined();
    await decline("r2");
    expect(prompt("start")).toMatchObject({ consent: { status: "declined", isUnsure: true } });
    expect(prompt("start").answeredAtMs).toBeUndefined();
    day.hear([sign("start", "09:40"), sign("start", "10:02", { recordingId: "r2" })]);
    await decline("r2");
    expect(prompt("start").consent).toEqual({ status: "declined", atMs: at("10:04") });
    expect(prompt("start").answeredAtMs).toBe(at("10:04"));
    await decline("r3", "10:05");
    expect(prompt("start").consent?.atMs).toBe(at("10:04"));
  });

  test("declined for perhaps another recording keeps no start from being judged", async () => {
    const { day, prompt } = await aDay();
    day.nowMs = at("10:10");
    const decline = (recordingId?: string) =>
      day.changeRep((state) =>
        recordConsent(state, REP, {
          ...{ status: "declined", atMs: at("10:04") },
          ...(recordingId === undefined ? {} : { recordingId }),
        }),
      );
    const judged = () =>
      confirmPrompt(
        {
          settings: SETTINGS,
          lookedAtMs: at("10:09"),
          readRepState: async () => day.state(),
          changeRep: async (decide) => decide(day.state()).result,
          escalate: async () => undefined,
        },
        { ...REP, recordId: "A", promptId: prompt("start").promptId },
      );
    await decline("r2");
    expect(await judged()).toEqual({ kind: "not-confirmed" });
    await decline();
    expect(await judged()).toEqual({ kind: "settled" });
  });

  test("said before anything was asked for it belongs to nothing", async () => {
    const { day, prompt } = await aDay();
    await hear(day, "declined", "09:30");
    expect(prompt("start").consent).toBeUndefined();
  });
});
