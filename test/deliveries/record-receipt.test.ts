import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Evidence } from "../../src/deliveries/record-receipt.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { receiptKindSchema, receiptRank } from "../../src/domain/receipt.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);

/** A day at 9:58 on which the start of A is live; sent to the phone unless said otherwise. */
async function aLiveStart(
  isSent = true,
): Promise<{ readonly day: RepDay; readonly start: Prompt }> {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(A);
  await day.plan();
  const start = promptOf(day, "start");
  day.nowMs = at("09:58");
  await (isSent ? day.run(start) : day.fire(start));
  return { day, start };
}

function promptOf(day: RepDay, action: Prompt["action"]): Prompt {
  const found = day.promptsOf("A").findLast((prompt) => prompt.action === action);
  if (found === undefined) {
    throw new Error(`no ${action}`);
  }
  return found;
}

function opened({ promptId }: Prompt): Evidence {
  return { promptId, kind: "opened", source: "go-page" };
}

function shown({ promptId }: Prompt, deviceId = "d1"): Evidence {
  return { promptId, kind: "delivered", source: "service-worker", deviceId };
}

describe("recordReceipt", () => {
  test("that a device showed it is evidence, not an answer", async () => {
    const { day, start } = await aLiveStart();
    expect(await day.record(shown(start))).toMatchObject({ kind: "recorded", isAnswer: false });
    expect(day.receipts("A")).toMatchObject([{ kind: "delivered", deviceId: "d1" }]);
    expect(promptOf(day, "start").answeredAtMs).toBeUndefined();
  });

  test("the first who follows it answers it; the moment stays", async () => {
    const { day, start } = await aLiveStart();
    expect(await day.record(opened(start))).toMatchObject({ kind: "recorded", isAnswer: true });
    day.nowMs += 5000;
    const back: Evidence = { promptId: start.promptId, kind: "returned", source: "done-page" };
    expect(await day.record(back)).toMatchObject({ kind: "recorded", isAnswer: false });
    expect(promptOf(day, "start")).toMatchObject({ state: "sent", answeredAtMs: at("09:58") });
    expect(day.receipts("A")).toHaveLength(2);
  });

  test("the first of its kind and device stays; a repeat changes nothing at all", async () => {
    const { day, start } = await aLiveStart();
    await day.record(shown(start));
    await day.record(opened(start));
    const before = day.state();
    day.nowMs += 1;
    expect(await day.record(opened(start))).toEqual({ kind: "known" });
    expect(await day.record(shown(start))).toEqual({ kind: "known" });
    expect(day.state()).toEqual({ ...before, nowMs: day.nowMs });
    expect(await day.record(shown(start, "d2"))).toMatchObject({ kind: "recorded" });
  });

  test("a rep who follows the live prompt on the page has been offered it: its stop will come", async () => {
    const { day, start } = await aLiveStart(false);
    expect(day.state().issued).toEqual([]);
    expect(await day.record(opened(start))).toMatchObject({ isSent: true });
    expect(day.state().issued).toMatchObject([{ promptId: start.promptId, action: "start" }]);
    expect(promptOf(day, "start")).toMatchObject({ state: "sent", sentAtMs: at("09:58") });
    day.nowMs = at("11:00");
    expect(await day.run(promptOf(day, "stop"))).toMatchObject({ kind: "fired" });
  });

  test("one that was sent is not announced as sent once more", async () => {
    const { day, start } = await aLiveStart();
    expect(await day.record(opened(start))).toMatchObject({ isSent: false });
  });

  test("nobody's prompt, and one whose moment has not come, are unknown", async () => {
    const { day } = await aLiveStart();
    const before = day.state();
    expect(await day.record({ ...opened(promptOf(day, "start")), promptId: "p0" })).toEqual({
      kind: "unknown",
    });
    expect(await day.record(opened(promptOf(day, "stop")))).toEqual({ kind: "unknown" });
    expect(day.state()).toEqual(before);
    expect(day.receipts("A")).toEqual([]);
  });

  test("late evidence about a start whose stop is live is kept, and the stop stays what it is", async () => {
    const { day, start } = await aLiveStart();
    day.nowMs = at("11:00");
    await day.run(promptOf(day, "stop"));
    const { livePromptId, issued } = day.state();
    const stop = promptOf(day, "stop");
    expect(await day.record(opened(start))).toMatchObject({ kind: "recorded" });
    expect(promptOf(day, "stop")).toEqual(stop);
    expect(day.state()).toMatchObject({ livePromptId, issued });
  });

  test("evidence about a prompt that another one replaced brings nothing back", async () => {
    const { day, start } = await aLiveStart(false);
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    expect(await day.record(opened(start))).toMatchObject({ kind: "recorded", isAnswer: false });
    expect(day.receipts("A")).toHaveLength(1);
    expect(promptOf(day, "start").state).toBe("superseded");
    expect(day.state()).toMatchObject({ livePromptId: undefined, issued: [] });
  });

  test("who follows it after its time has begun nothing", async () => {
    const { day, start } = await aLiveStart(false);
    day.nowMs = at("11:00");
    expect(await day.record(opened(start))).toMatchObject({ kind: "recorded", isSent: false });
    expect(promptOf(day, "start").state).toBe("due");
    expect(day.state().issued).toEqual([]);
  });

  test("evidence that names its own time keeps it", async () => {
    const { day, start } = await aLiveStart();
    const atMs = at("09:57:59");
    await day.record({
      promptId: start.promptId,
      kind: "received",
      source: "siro-events",
      certainty: "token",
      atMs,
    });
    expect(day.receipts("A")).toMatchObject([{ kind: "received", certainty: "token", atMs }]);
    expect(promptOf(day, "start").answeredAtMs).toBe(atMs);
  });

  test("whatever comes in whatever order, what is known only rises", async () => {
    const evidence = fc.record({
      kind: fc.constantFrom(...receiptKindSchema.options),
      deviceId: fc.constantFrom(undefined, "d1", "d2"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(evidence, { maxLength: 12 }), async (list) => {
        const { day, start } = await aLiveStart();
        let answeredAtMs: number | undefined;
        for (const { kind, deviceId } of list) {
          day.nowMs += 1000;
          const before = day.receipts("A");
          const device = deviceId === undefined ? {} : { deviceId };
          await day.record({ promptId: start.promptId, kind, source: "go-page", ...device });
          const after = day.receipts("A");
          expect(after).toEqual(expect.arrayContaining([...before]));
          expect(after.length - before.length).toBeLessThanOrEqual(1);
          answeredAtMs ??= receiptRank(kind) > 0 ? day.nowMs : undefined;
          expect(promptOf(day, "start").answeredAtMs).toBe(answeredAtMs);
          expect(day.state().livePromptId).toBe(start.promptId);
        }
        const keys = new Set(list.map(({ kind, deviceId }) => `${kind} ${deviceId}`));
        expect(day.receipts("A")).toHaveLength(keys.size);
      }),
      { numRuns: 60 },
    );
  });
});
