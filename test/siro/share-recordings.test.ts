import { describe, expect, test } from "@jest/globals";
import type { RecordingsQuery, SiroRecording } from "../../src/siro/read-recordings.ts";
import { shareRecordings } from "../../src/siro/share-recordings.ts";
import { NINE_MS } from "./visits.ts";

const MINUTE_MS = 60_000;

/** A list of Siro's with one recording a minute from nine on, and all questions that were asked of it. */
function aList() {
  const asked: RecordingsQuery[] = [];
  let nowMs = NINE_MS + 600 * MINUTE_MS;
  let isDown = false;
  const find = shareRecordings({
    nowMs: () => nowMs,
    readRecordings: async (query) => {
      asked.push(query);
      if (isDown) {
        throw new Error("down");
      }
      const { madeAfterMs, madeBeforeMs } = query as Extract<
        RecordingsQuery,
        { madeAfterMs: number }
      >;
      const all = Array.from({ length: 600 }, (_, at) => recordingAt(NINE_MS + at * MINUTE_MS));
      const recordings = all.filter(
        ({ createdAtMs }) => madeAfterMs < createdAtMs && createdAtMs < madeBeforeMs,
      );
      return { recordings, isComplete: true };
    },
  });
  return {
    asked,
    find: (minute: number, notBeforeMs = 0) => {
      const seenAtMs = NINE_MS + minute * MINUTE_MS;
      return find({ recordingId: recordingAt(seenAtMs).recordingId, seenAtMs, notBeforeMs });
    },
    pass: (ms: number) => {
      nowMs += ms;
      return nowMs;
    },
    fail: (isSo: boolean) => {
      isDown = isSo;
    },
  };
}

function recordingAt(createdAtMs: number): SiroRecording {
  const recordingId = `r${createdAtMs}`;
  return { recordingId, siroUserId: "u", createdAtMs, isDeleted: false, isProcessed: true };
}

describe("recordings that are looked for in the same minute", () => {
  test("each is found, and every hour of Siro's list is read once for all of them", async () => {
    const { asked, find } = aList();
    const found = await Promise.all(Array.from({ length: 600 }, (_, minute) => find(minute)));
    expect(found.map((one) => one?.createdAtMs)).toEqual(
      Array.from({ length: 600 }, (_, minute) => NINE_MS + minute * MINUTE_MS),
    );
    // Ten hours of recordings, and half an hour on either side.
    expect(asked.length).toBeLessThanOrEqual(12);
    await Promise.all(Array.from({ length: 600 }, (_, minute) => find(minute)));
    expect(asked.length).toBeLessThanOrEqual(12);
  });

  test("one alone is one question, over the hours around it", async () => {
    const { asked, find } = aList();
    expect(await find(61)).toBeDefined();
    expect(asked).toEqual([{ madeAfterMs: NINE_MS - 1, madeBeforeMs: NINE_MS + 120 * MINUTE_MS }]);
  });

  test("after a minute, or for one that changed since, the list is read again", async () => {
    const { asked, find, pass } = aList();
    await find(30);
    const changedAtMs = pass(10_000);
    await find(30);
    expect(asked).toHaveLength(1);
    await find(30, changedAtMs);
    await find(30, changedAtMs);
    expect(asked).toHaveLength(2);
    pass(60_001);
    await find(30);
    expect(asked).toHaveLength(3);
  });

  test("what failed fails for all who wait, and is read again by the next", async () => {
    const { asked, find, fail } = aList();
    fail(true);
    const results = await Promise.allSettled([find(30), find(31)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fail(false);
    expect(await find(30)).toBeDefined();
    expect(asked).toHaveLength(2);
  });
});
