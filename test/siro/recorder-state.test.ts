import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { recorderStateOf, recorderTrailSchema } from "../../src/domain/recorder-trail.ts";
import { addSigns } from "../../src/siro/add-signs.ts";
import type { MobileEvent } from "../../src/siro/mobile-event.ts";
import { aChange, aLink, aTap, NINE_MS, readLink } from "./visits.ts";

function stateAfter(events: readonly MobileEvent[], laterSeconds = 60) {
  const trail = addSigns([], events, readLink);
  const lastMs = trail.at(-1)?.atMs ?? NINE_MS;
  return recorderStateOf(trail, lastMs + laterSeconds * 1000);
}

const at = (atSeconds: number, recordingId?: string) => ({
  atSeconds,
  ...(recordingId === undefined ? {} : { recordingId }),
});
const ms = (seconds: number) => NINE_MS + seconds * 1000;
const [START, STOP] = [aLink({ action: "start" }), aLink({ action: "stop" })];

describe("the state of a rep's recorder", () => {
  test("nothing heard is unknown, and so is what only a restart or a customer's consent was heard of", () => {
    expect(stateAfter([])).toEqual({ state: "unknown" });
    const consent = { eventId: "c", atMs: NINE_MS, kind: "consent", status: "granted" } as const;
    expect(stateAfter([consent])).toEqual({ state: "unknown" });
    expect(stateAfter([aTap("consumed", aLink({ action: "restart" }))])).toEqual({
      state: "unknown",
    });
    expect(stateAfter([aTap("received", STOP)])).toEqual({ state: "unknown" });
  });

  test("records from its start through pauses to its end", () => {
    const events = [
      aChange("start", at(0, "a")),
      aChange("pause", at(10, "a")),
      aChange("resume", at(20, "a")),
      aChange("stop", at(30, "a")),
    ];
    const recording = { state: "recording", recordingId: "a", sinceMs: NINE_MS, isByLink: true };
    expect(stateAfter(events.slice(0, 1))).toEqual(recording);
    expect(stateAfter(events.slice(0, 2))).toEqual(recording);
    expect(stateAfter(events.slice(0, 3))).toEqual(recording);
    expect(stateAfter(events)).toEqual({ state: "idle", sinceMs: ms(30) });
    expect(stateAfter(events.slice(2, 3))).toEqual({ ...recording, sinceMs: ms(20) });
    expect(stateAfter([...events.slice(0, 3), aChange("cancelled", at(40, "a"))])).toEqual({
      state: "idle",
      sinceMs: ms(40),
    });
  });

  test("an event that comes late, about earlier, does not turn the clock back", () => {
    const trail = addSigns([], [aChange("stop", at(30, "a"))], readLink);
    const later = addSigns(trail, [aChange("start", at(0, "a"))], readLink);
    expect(recorderStateOf(later, ms(60))).toEqual({ state: "idle", sinceMs: ms(30) });
  });

  test("a restart whose reports change places leaves the new recording open", () => {
    const events = [
      aChange("start", at(0, "a")),
      aChange("start", at(100, "b")),
      aChange("stop", at(101, "a")),
    ];
    expect(stateAfter(events)).toEqual({
      state: "recording",
      recordingId: "b",
      sinceMs: ms(100),
      isByLink: true,
    });
  });

  test("learns the id of an open recording whose first events had none", () => {
    const events = [aChange("start", at(0)), aChange("pause", at(10, "a"))];
    expect(stateAfter(events)).toEqual({
      state: "recording",
      recordingId: "a",
      sinceMs: NINE_MS,
      isByLink: true,
    });
  });

  test("a consumed stop is an end; a consumed start only takes the certainty from an idle recorder", () => {
    const start = aChange("start", at(0, "a"));
    expect(stateAfter([start, aTap("consumed", STOP, at(50))])).toEqual({
      state: "idle",
      sinceMs: ms(50),
    });
    expect(stateAfter([start, aTap("consumed", START, at(1))])).toMatchObject({
      state: "recording",
    });
    const idle = [start, aChange("stop", at(30, "a"))];
    expect(stateAfter([...idle, aTap("consumed", START, at(50))])).toEqual({
      state: "unknown",
      sinceMs: ms(50),
    });
    expect(stateAfter([...idle, aTap("consumed", "nothing", at(50))]).state).toBe("idle");
  });

  test("an open recording of which nothing was heard for three hours is unknown; idle stays idle", () => {
    const start = aChange("start", at(0, "a"));
    expect(stateAfter([start], 3 * 3600).state).toBe("recording");
    expect(stateAfter([start], 3 * 3600 + 1)).toEqual({
      state: "unknown",
      sinceMs: ms(3 * 3600),
    });
    expect(stateAfter([start, aChange("stop", at(30, "a"))], 86_400).state).toBe("idle");
  });
});

describe("the signs that are kept", () => {
  const someEvent = fc.oneof(
    fc
      .tuple(
        fc.constantFrom("start", "resume", "pause", "stop", "cancelled"),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom("a", "b", undefined),
      )
      .map(([change, seconds, id]) => aChange(change, at(seconds, id))),
    fc
      .tuple(fc.constantFrom(START, STOP), fc.integer({ min: 0, max: 30 }))
      .map(([link, seconds]) => aTap("consumed", link, at(seconds))),
  );

  test("are the same whatever the order, the grouping and the repetition", () => {
    const days = fc
      .array(someEvent, { maxLength: 60 })
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray(events, { minLength: events.length }),
          fc.integer({ min: 0, max: events.length }),
          fc.subarray(events),
        ),
      );
    fc.assert(
      fc.property(days, ([events, mixed, cut, again]) => {
        const atOnce = addSigns([], events, readLink);
        const first = addSigns([], mixed.slice(0, cut), readLink);
        const second = addSigns(first, mixed.slice(cut), readLink);
        expect(addSigns(second, again, readLink)).toEqual(atOnce);
      }),
    );
  });

  test.each([
    ["e1", "e2"],
    ["e2", "e1"],
  ])("a beginning and its end in one moment are an end, whatever their ids (%s, %s)", (begun, ended) => {
    const begin = { ...aChange("start", at(1, "a")), eventId: begun };
    const end = { ...aChange("cancelled", at(1, "a")), eventId: ended };
    const trail = addSigns([], [begin, end], readLink);
    expect(recorderStateOf(trail, ms(2))).toEqual({ state: "idle", sinceMs: ms(1) });
  });

  test("are few, hold no link, and survive being stored", () => {
    const events = Array.from({ length: 100 }, (_, second) => aChange("pause", at(second, "a")));
    const trail = addSigns([], [...events, aTap("consumed", STOP, at(200))], readLink);
    expect(trail).toHaveLength(40);
    expect(trail.at(-1)).toMatchObject({ sign: "stop-link", atMs: ms(200) });
    const stored = JSON.stringify(trail);
    expect(stored).not.toContain("siro.ai");
    expect(recorderTrailSchema.parse(JSON.parse(stored))).toEqual(trail);
  });
});
