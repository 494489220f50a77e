import { describe, expect, test } from "@jest/globals";
import type { Prompt } from "../../src/domain/prompt.ts";
import type { RecorderSign } from "../../src/domain/recorder-trail.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);
const B = anAppointment("B", ["11:00", "12:00"]);
/** Far enough from A that nothing joins them. */
const C = anAppointment("C", ["13:00", "14:00"]);

function promptOf(day: RepDay, recordId: string, action?: Prompt["action"]): Prompt {
  const found = day
    .promptsOf(recordId)
    .findLast((one) => one.state !== "superseded" && (!action || one.action === action));
  if (found === undefined) {
    throw new Error(`no prompt of ${recordId}`);
  }
  return found;
}

async function aDay(
  appointments: readonly (typeof A)[],
  own: Parameters<typeof aSchedule>[0] = {},
) {
  const day = new RepDay(aSchedule({ startLeadSeconds: 0, ...own }), at("08:00"));
  for (const appointment of appointments) {
    day.store(appointment);
  }
  await day.plan();
  return day;
}

let signs = 0;

function sign(kind: RecorderSign["sign"], time: string, own: Partial<RecorderSign> = {}) {
  signs += 1;
  return { eventId: `e${String(signs).padStart(3, "0")}`, atMs: at(time), sign: kind, ...own };
}

const BY_LINK = { recordingId: "r1", isByLink: true } as const;

/** A's start was sent at ten, and Siro told of its recording `r1`. */
async function aRecordedDay(own: { readonly endedAt?: string; readonly others?: (typeof A)[] }) {
  const day = await aDay([A, ...(own.others ?? [])], { restartGapSeconds: 0 });
  const start = promptOf(day, "A", "start");
  day.nowMs = at("10:00");
  await day.run(start);
  day.nowMs = at("10:01");
  const evidence = { promptId: start.promptId, source: "siro-events", recordingId: "r1" } as const;
  const seen = { ...evidence, certainty: "token", kind: "recording", atMs: at("10:01") } as const;
  await day.record(seen);
  const trail: RecorderSign[] = [sign("start", "10:01", BY_LINK)];
  if (own.endedAt !== undefined) {
    day.nowMs = at(own.endedAt);
    await day.record({ ...seen, kind: "stopped", atMs: at(own.endedAt) });
    trail.push(sign("stop", own.endedAt, BY_LINK));
  }
  day.hear(trail);
  await day.plan();
  return day;
}

async function fire(day: RepDay, prompt: Prompt, time: string): Promise<Prompt> {
  day.nowMs = at(time);
  await day.run(prompt);
  const now = day.promptsOf(prompt.recordId).find((one) => one.promptId === prompt.promptId);
  return now ?? prompt;
}

describe("a start, when its moment comes", () => {
  test("is not sent where this visit is recorded by hand already; its stop still comes", async () => {
    const day = await aDay([A]);
    day.hear([sign("start", "09:56", { recordingId: "h" })]);
    const start = await fire(day, promptOf(day, "A", "start"), "10:00");
    expect(start).toMatchObject({
      state: "skipped",
      reason: "Not sent: Siro said that this visit is recorded already",
    });
    expect(start.recording).toEqual({
      recordingId: "h",
      certainty: "time",
      isByHand: true,
      seenAtMs: at("09:56"),
    });
    expect(day.receipts("A")).toMatchObject([{ kind: "recording", recordingId: "h" }]);
    expect(day.sent).toEqual([]);
    await day.plan();
    expect(await fire(day, promptOf(day, "A", "stop"), "11:00")).toMatchObject({ state: "sent" });
  });

  test("becomes a restart where another visit's recording runs, though its stop was sent", async () => {
    const day = await aRecordedDay({ others: [C] });
    await fire(day, promptOf(day, "A", "stop"), "11:00");
    day.hear([sign("start", "10:01", BY_LINK), sign("pause", "12:30", BY_LINK)]);
    const start = await fire(day, promptOf(day, "C", "start"), "13:00");
    expect(start).toMatchObject({ action: "restart", endsRecordId: "A", state: "sent" });
  });

  test("becomes a restart where a recording of unknown purpose runs", async () => {
    const day = await aDay([A]);
    day.hear([sign("start", "09:30", { recordingId: "h" })]);
    const start = await fire(day, promptOf(day, "A", "start"), "10:00");
    expect(start).toMatchObject({ action: "restart", state: "sent" });
    expect(start.endsRecordId).toBeUndefined();
  });

  test("becomes a restart where a stranger's link began what runs, though within the visit", async () => {
    const day = await aDay([A]);
    day.hear([sign("start", "09:58", BY_LINK)]);
    const start = await fire(day, promptOf(day, "A", "start"), "10:00");
    expect(start).toMatchObject({ action: "restart", state: "sent" });
  });

  test("begun by hand where two visits meet, it may be either's: a restart", async () => {
    const day = await aDay([A, B], { restartGapSeconds: 0 });
    day.hear([sign("start", "10:57", { recordingId: "h" })]);
    const next = await fire(day, promptOf(day, "B", "restart"), "11:00");
    expect(next).toMatchObject({ action: "restart", state: "sent" });
  });

  test("stays a start where the recorder only was on long ago, or nothing is known", async () => {
    const day = await aDay([A, C]);
    expect(await fire(day, promptOf(day, "A", "start"), "10:00")).toMatchObject({
      action: "start",
    });
    await fire(day, promptOf(day, "A", "stop"), "11:00");
    day.hear([sign("start", "08:00", { recordingId: "h" })]);
    expect(await fire(day, promptOf(day, "C", "start"), "13:00")).toMatchObject({
      action: "start",
    });
  });

  test("is sent, plain, where what runs began for the time that its visit was moved from", async () => {
    const day = await aRecordedDay({});
    day.nowMs = at("10:30");
    day.store(anAppointment("A", ["12:00", "13:00"]));
    await day.plan();
    const moved = promptOf(day, "A", "start");
    expect(moved).toMatchObject({ state: "waiting", dueAtMs: at("12:00") });
    day.hear([sign("start", "10:01", BY_LINK), sign("pause", "11:30", BY_LINK)]);
    expect(await fire(day, moved, "12:00")).toMatchObject({ action: "start", state: "sent" });
    expect(await fire(day, promptOf(day, "A", "stop"), "13:00")).toMatchObject({ state: "sent" });
  });

  test("is not sent where what runs began within ten minutes of the time that its visit was moved to", async () => {
    const day = await aDay([A]);
    const { promptId } = await fire(day, promptOf(day, "A", "start"), "10:00");
    day.nowMs = at("10:30");
    day.store(anAppointment("A", ["12:00", "13:00"]));
    await day.plan();
    // The rep followed the first link only now.
    day.nowMs = at("11:52");
    await day.record({ promptId, kind: "recording", source: "siro-events", recordingId: "r1" });
    day.hear([sign("start", "11:52", BY_LINK)]);
    const moved = await fire(day, promptOf(day, "A", "start"), "12:00");
    expect(moved).toMatchObject({
      state: "skipped",
      reason: "Not sent: Siro said that this visit is recorded already",
    });
  });

  test("where visits are never joined, one that is meant to run on is not cut", async () => {
    const overlapping = anAppointment("O", ["10:30", "11:30"]);
    const day = await aDay([A, overlapping], { restartGapSeconds: null });
    const start = await fire(day, promptOf(day, "A", "start"), "10:00");
    const { promptId } = start;
    await day.record({ promptId, kind: "recording", source: "siro-events", recordingId: "r1" });
    day.hear([sign("start", "10:00", BY_LINK)]);
    const next = await fire(day, promptOf(day, "O", "start"), "10:30");
    expect(next).toMatchObject({ action: "start", state: "sent" });
  });
});

describe("a restart, when its moment comes", () => {
  test("becomes a start, with its title, where Siro said that the earlier recording ended", async () => {
    const day = await aRecordedDay({ endedAt: "10:50", others: [B] });
    const next = await fire(day, promptOf(day, "B", "restart"), "11:00");
    expect(next).toMatchObject({ action: "start", state: "sent" });
    expect(next.endsRecordId).toBeUndefined();
  });

  test("stays one while nothing is known of the earlier recording's end", async () => {
    const day = await aRecordedDay({ others: [B] });
    const next = await fire(day, promptOf(day, "B", "restart"), "11:00");
    expect(next).toMatchObject({ action: "restart", endsRecordId: "A", state: "sent" });
  });
});

describe("a stop, when its moment comes", () => {
  test("is sent while the recording runs, and where nothing is known", async () => {
    const day = await aRecordedDay({});
    expect(await fire(day, promptOf(day, "A", "stop"), "11:00")).toMatchObject({ state: "sent" });
    const blind = await aDay([A]);
    await fire(blind, promptOf(blind, "A", "start"), "10:00");
    const stop = promptOf(blind, "A", "stop");
    expect(await fire(blind, stop, "11:00")).toMatchObject({ state: "sent" });
  });

  test("is not sent where Siro said that this visit's recording ended; nothing is asked again", async () => {
    const day = await aRecordedDay({ endedAt: "10:50" });
    const stop = await fire(day, promptOf(day, "A", "stop"), "11:00");
    expect(stop.state).toBe("skipped");
    expect(stop.reason).toContain("Siro said that the recording ended");
    await day.plan();
    expect(day.promptsOf("A").filter(({ state }) => state === "waiting")).toEqual([]);
  });

  test("is not sent after that end even where another link was followed since", async () => {
    const day = await aRecordedDay({ endedAt: "10:50" });
    const followed = sign("begin-link", "10:55");
    day.hear([sign("start", "10:01", BY_LINK), sign("stop", "10:50", BY_LINK), followed]);
    expect(await fire(day, promptOf(day, "A", "stop"), "11:00")).toMatchObject({
      state: "skipped",
    });
  });

  test("is not sent where the recording was thrown away", async () => {
    const day = await aRecordedDay({});
    day.hear([sign("start", "10:01", BY_LINK), sign("cancelled", "10:02", BY_LINK)]);
    const stop = await fire(day, promptOf(day, "A", "stop"), "11:00");
    expect(stop.state).toBe("skipped");
  });

  test("is sent where only the earlier visit's end is known", async () => {
    const day = await aRecordedDay({ others: [B] });
    await fire(day, promptOf(day, "B", "restart"), "11:00");
    // The restart ended A; that it began B was never told.
    day.hear([sign("start", "10:01", BY_LINK), sign("stop", "11:01", BY_LINK)]);
    const stop = await fire(day, promptOf(day, "B", "stop"), "12:00");
    expect(stop.state).toBe("sent");
  });

  test("is sent where an earlier visit's recording was never ended: it holds this visit's talk, too", async () => {
    const day = await aRecordedDay({ others: [B] });
    await fire(day, promptOf(day, "B", "restart"), "11:00");
    const stop = await fire(day, promptOf(day, "B", "stop"), "12:00");
    expect(stop.state).toBe("sent");
  });

  /** A's start was sent at ten; no prompt has the recording that Siro told of. */
  async function stopAfter(trail: readonly RecorderSign[]) {
    const day = await aDay([A]);
    await fire(day, promptOf(day, "A", "start"), "10:00");
    day.hear(trail);
    return fire(day, promptOf(day, "A", "stop"), "11:00");
  }

  const H = { recordingId: "h" } as const;

  test("is not sent where nobody's recording began since the visit was asked for, and ended", async () => {
    const ended = [sign("start", "10:00", H), sign("stop", "10:50", H)];
    expect(await stopAfter(ended)).toMatchObject({ state: "skipped" });
    expect(await stopAfter([...ended, sign("stop-link", "10:51")])).toMatchObject({
      state: "skipped",
    });
  });

  test.each([
    ["began before the visit was asked for", [sign("start", "09:30", H), sign("stop", "10:02", H)]],
    ["began at a time that was never told", [sign("pause", "10:01", H), sign("stop", "10:02", H)]],
    ["is another than the one that began", [sign("start", "10:01", H), sign("stop", "10:02")]],
  ])("is sent where the nobody's recording that ended %s", async (_, trail) => {
    expect(await stopAfter(trail)).toMatchObject({ state: "sent" });
  });

  test("is sent where nothing but a stop link that names no recording tells of an end", async () => {
    const running = sign("start", "10:01", H);
    expect(await stopAfter([running, sign("stop-link", "10:02")])).toMatchObject({ state: "sent" });
    const late = [
      running,
      sign("stop", "10:05", H),
      sign("start", "10:06"),
      sign("stop-link", "10:07"),
    ];
    expect(await stopAfter(late)).toMatchObject({ state: "sent" });
  });

  test("is not sent where another visit's recording runs that has its stop ahead", async () => {
    const later = anAppointment("L", ["11:20", "12:30"]);
    const day = await aDay([A, later], { restartGapSeconds: 0 });
    await fire(day, promptOf(day, "A", "start"), "10:00");
    day.hear([sign("start", "11:12", H)]);
    expect(await fire(day, promptOf(day, "A", "stop"), "11:13")).toMatchObject({
      state: "skipped",
      reason: "Not sent: Siro said that another visit's recording runs",
    });
  });

  test("is not sent where another visit's recording runs that a restart will end", async () => {
    const [later, last] = [
      anAppointment("L", ["11:20", "12:30"]),
      anAppointment("M", ["12:30", "13:30"]),
    ];
    const day = await aDay([A, later, last], { restartGapSeconds: 0 });
    await fire(day, promptOf(day, "A", "start"), "10:00");
    day.hear([sign("start", "11:12", H)]);
    const stop = await fire(day, promptOf(day, "A", "stop"), "11:13");
    expect(stop).toMatchObject({ state: "skipped" });
  });

  test("is sent where another visit's recording runs whose stop was sent before: nobody else would end it", async () => {
    const earlier = anAppointment("E", ["08:30", "09:30"]);
    const day = await aDay([earlier, A], { restartGapSeconds: 0 });
    const first = await fire(day, promptOf(day, "E", "start"), "08:30");
    await fire(day, promptOf(day, "E", "stop"), "09:30");
    await fire(day, promptOf(day, "A", "start"), "10:00");
    // The rep followed the earlier visit's link only now.
    day.nowMs = at("10:05");
    const evidence = {
      promptId: first.promptId,
      source: "siro-events",
      recordingId: "r1",
    } as const;
    await day.record({ ...evidence, certainty: "token", kind: "recording", atMs: at("10:05") });
    day.hear([sign("start", "10:05", BY_LINK)]);
    const stop = await fire(day, promptOf(day, "A", "stop"), "11:00");
    expect(stop).toMatchObject({ state: "sent" });
  });
});
