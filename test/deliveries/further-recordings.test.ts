import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { begunByHand } from "../../src/deliveries/begun-by-hand.ts";
import type { Evidence } from "../../src/deliveries/record-receipt.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import type { RecorderSign } from "../../src/domain/recorder-trail.ts";
import { recordingsOf } from "../../src/domain/recordings-of.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at, DANA } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);
const B = anAppointment("B", ["11:00", "12:00"]);

/** A day at 10:59 whose start was sent at ten, on which nothing else is known. */
async function aDay(others: readonly (typeof A)[] = []) {
  const day = new RepDay(aSchedule({ startLeadSeconds: 0, restartGapSeconds: 0 }), at("08:00"));
  for (const visit of [A, ...others]) {
    day.store(visit);
  }
  await day.plan();
  const prompt = (recordId: string, ...actions: readonly Prompt["action"][]) => {
    const found = day
      .promptsOf(recordId)
      .findLast((one) => one.state !== "superseded" && actions.includes(one.action));
    if (found === undefined) {
      throw new Error(`no ${actions} of ${recordId}`);
    }
    return found;
  };
  day.nowMs = at("10:00");
  await day.run(prompt("A", "start"));
  const told = (kind: Evidence["kind"], recordingId: string, time: string): Evidence => ({
    ...{ promptId: prompt("A", "start").promptId, kind, recordingId, atMs: at(time) },
    ...{ source: "siro-events", certainty: "token" },
  });
  /** Takes in what the recorder told, the way a look does. */
  const hear = async (trail: readonly RecorderSign[]) => {
    day.hear(trail);
    for (const evidence of begunByHand(day.state(), DANA.userId)) {
      await day.record(evidence);
    }
  };
  day.nowMs = at("10:59");
  return { day, prompt, told, hear };
}

let signs = 0;

function sign(kind: RecorderSign["sign"], time: string, recordingId: string): RecorderSign {
  signs += 1;
  const isByLink = recordingId === "r1";
  return { eventId: `e${signs}`, atMs: at(time), sign: kind, recordingId, isByLink };
}

const FIRST = [sign("start", "10:01", "r1"), sign("stop", "10:20", "r1")];
const SECOND = sign("start", "10:25", "r2");

describe("a visit with two recordings", () => {
  const pieces = [
    ["recording", "r1", "10:01"],
    ["stopped", "r1", "10:20"],
    ["linked", "r1", "10:30"],
    ["recording", "r2", "10:25"],
    ["stopped", "r2", "10:50"],
    ["linked", "r2", "10:55"],
  ] as const;

  test("whatever is told of them, doubled and in whatever order: each keeps its own times and receipts", async () => {
    const anyOrder = fc.shuffledSubarray([...pieces, ...pieces]);
    await fc.assert(
      fc.asyncProperty(anyOrder, async (chosen) => {
        const { day, prompt, told } = await aDay();
        for (const [kind, recordingId, time] of chosen) {
          await day.record(told(kind, recordingId, time));
        }
        const found = recordingsOf(prompt("A", "start"));
        const expectedAll = ["r1", "r2"].flatMap((id) => expectedOf(id, chosen));
        expect(found).toEqual(
          expectedAll.toSorted((left, right) => left.seenAtMs - right.seenAtMs),
        );
        const lines = day.receipts("A").map(({ kind, recordingId }) => `${kind} ${recordingId}`);
        const expected = new Set(chosen.map(([kind, recordingId]) => `${kind} ${recordingId}`));
        expect(lines.toSorted()).toEqual([...expected].toSorted());
      }),
      { numRuns: 200 },
    );
  });

  function expectedOf(id: string, chosen: readonly (typeof pieces)[number][]) {
    const own = chosen.filter(([, recordingId]) => recordingId === id);
    const timeOf = (wanted: string) => own.find(([kind]) => kind === wanted)?.[2];
    const [ended, linked] = [timeOf("stopped"), timeOf("linked")];
    return own.length === 0
      ? []
      : [
          {
            recordingId: id,
            certainty: "token",
            seenAtMs: Math.min(...own.map(([, , time]) => at(time))),
            ...(ended === undefined ? {} : { endedAtMs: at(ended) }),
            ...(linked === undefined ? {} : { linkedAtMs: at(linked) }),
          },
        ];
  }

  test("one that is only guessed to be another is none, and its end ends nothing", async () => {
    const { day, prompt, told } = await aDay();
    await day.record(told("recording", "r1", "10:01"));
    for (const kind of ["recording", "stopped"] as const) {
      const guess = { ...told(kind, "r9", "10:10"), certainty: "time" } as const;
      expect(await day.record(guess)).toEqual({ kind: "known" });
    }
    expect(recordingsOf(prompt("A", "start"))).toEqual([
      { recordingId: "r1", certainty: "token", seenAtMs: at("10:01") },
    ]);
  });

  test("what was begun by hand stays known when a link's recording follows it", async () => {
    const { day, prompt, told, hear } = await aDay();
    await hear([sign("start", "10:01", "h"), sign("stop", "10:03", "h")]);
    await day.record(told("recording", "r1", "10:05"));
    const { recording, furtherRecordings = [] } = prompt("A", "start");
    expect(recording).toEqual({ recordingId: "r1", certainty: "token", seenAtMs: at("10:05") });
    expect(furtherRecordings).toMatchObject([
      { recordingId: "h", certainty: "time", isByHand: true, endedAtMs: at("10:03") },
    ]);
  });

  test("the timeline tells of the second one as one more", async () => {
    const { day, told } = await aDay();
    await day.record(told("recording", "r1", "10:01"));
    await day.record(told("recording", "r2", "10:25"));
    expect(day.receipts("A")).toMatchObject([
      { recordingId: "r1" },
      { recordingId: "r2", isFurther: true },
    ]);
  });
});

describe("a rep who ended a recording and began again by hand", () => {
  test("is asked to stop while the second one runs, and not once that ended, too", async () => {
    for (const [isOver, state] of [
      [false, "sent"],
      [true, "skipped"],
    ] as const) {
      const { day, prompt, told, hear } = await aDay();
      await day.record(told("recording", "r1", "10:01"));
      await day.record(told("stopped", "r1", "10:20"));
      await hear([...FIRST, SECOND, ...(isOver ? [sign("stop", "10:50", "r2")] : [])]);
      day.nowMs = at("11:00");
      await day.run(prompt("A", "stop"));
      expect(prompt("A", "stop")).toMatchObject({ state });
    }
  });

  test("is asked to stop where the second one's recorder was not heard of, but its link was", async () => {
    const { day, prompt, told, hear } = await aDay();
    await day.record(told("recording", "r1", "10:01"));
    await day.record(told("stopped", "r1", "10:20"));
    await day.record(told("recording", "r2", "10:25"));
    await hear(FIRST);
    day.nowMs = at("11:00");
    await day.run(prompt("A", "stop"));
    expect(prompt("A", "stop")).toMatchObject({ state: "sent" });
  });

  test("is asked to restart at the next visit while the second one runs, and to start once it ended", async () => {
    for (const [end, action] of [
      [undefined, "restart"],
      ["stop", "start"],
      ["cancelled", "start"],
    ] as const) {
      const { day, prompt, told, hear } = await aDay([B]);
      await day.record(told("recording", "r1", "10:01"));
      await day.record(told("stopped", "r1", "10:20"));
      await hear([...FIRST, SECOND]);
      if (end === "stop") {
        await day.record({ ...told("stopped", "r2", "10:50"), certainty: "time" });
      }
      await hear([...FIRST, SECOND, ...(end === undefined ? [] : [sign(end, "10:50", "r2")])]);
      day.nowMs = at("11:00");
      await day.run(prompt("B", "start", "restart"));
      expect(prompt("B", "start", "restart")).toMatchObject({ action, state: "sent" });
    }
  });
});
