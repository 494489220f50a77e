import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Evidence } from "../../src/deliveries/record-receipt.ts";
import { tellReceipt } from "../../src/deliveries/tell-receipt.ts";
import { confirmationOf, type Prompt } from "../../src/domain/prompt.ts";
import { type ReceiptCertainty, type ReceiptKind, receiptRank } from "../../src/domain/receipt.ts";
import { RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);
/** When each rung happened; the weaker telling of it is a second late. */
const RUNGS = [
  ["received", "10:01:00"],
  ["consumed", "10:01:01"],
  ["recording", "10:01:02"],
  ["stopped", "10:50:00"],
  ["linked", "10:55:00"],
] as const satisfies readonly (readonly [ReceiptKind, string])[];

/** A day at 10:59 whose start was sent at ten, on which nothing else is known. */
async function aDay(): Promise<{ day: RepDay; start: () => Prompt }> {
  const day = new RepDay(aSchedule({ startLeadSeconds: 0 }), at("08:00"));
  day.store(A);
  await day.plan();
  const start = () => day.promptsOf("A").find(({ action }) => action === "start") as Prompt;
  day.nowMs = at("10:00");
  await day.run(start());
  day.nowMs = at("10:59");
  return { day, start };
}

function told(
  promptId: string,
  [kind, time]: readonly [ReceiptKind, string],
  certainty: ReceiptCertainty,
) {
  const atMs = at(time) + (certainty === "time" ? 1000 : 0);
  const id = kind === "received" || kind === "consumed" ? {} : { recordingId: "r1" };
  return { promptId, kind, source: "siro-events", certainty, atMs, ...id } as const;
}

describe("what Siro tells, in whatever order", () => {
  test("each rung missing, late, doubled or out of order: the same in the end, and nothing ever falls", async () => {
    const pieces = fc.shuffledSubarray(
      RUNGS.flatMap((rung) => [
        { rung, certainty: "token" as const },
        { rung, certainty: "time" as const },
        { rung, certainty: "token" as const },
      ]),
    );
    await fc.assert(
      fc.asyncProperty(pieces, async (chosen) => {
        const { day, start } = await aDay();
        let answeredAtMs: number | undefined;
        for (const { rung, certainty } of chosen) {
          await day.record(told(start().promptId, rung, certainty));
          answeredAtMs ??= start().answeredAtMs;
          expect(start().answeredAtMs).toBe(answeredAtMs);
        }
        const kinds = new Set(chosen.map(({ rung: [kind] }) => kind));
        const receipts = day.receipts("A");
        expect(new Set(receipts.map(({ kind }) => kind))).toEqual(kinds);
        for (const { kind, certainty } of receipts) {
          const best = chosen.some((one) => one.rung[0] === kind && one.certainty === "token");
          expect(certainty).toBe(best ? "token" : "time");
        }
        expect(answeredAtMs !== undefined).toBe(chosen.length > 0);
        expect(start().recording).toEqual(expectedRecording(chosen));
        const isProven = [...kinds].some((kind) => receiptRank(kind) >= receiptRank("recording"));
        expect(confirmationOf(start())).toBe(isProven ? "confirmed" : "unknown");
      }),
      { numRuns: 200 },
    );
  });

  test("linked to the visit's records alone neither answers nor confirms, but is told", async () => {
    const { day, start } = await aDay();
    const linked = told(start().promptId, RUNGS[4], "objects");
    expect(await day.record(linked)).toMatchObject({ isAnswer: false, isRecording: false });
    expect(start().answeredAtMs).toBeUndefined();
    expect(confirmationOf(start())).toBe("unknown");
    expect(day.receipts("A")).toMatchObject([{ kind: "linked", certainty: "objects" }]);
    const judged = { ...start(), notConfirmedAtMs: at("10:05") };
    const receipt = { ...linked, userId: judged.userId };
    expect(tellReceipt(receipt, judged, at("10:59")).text).not.toContain("confirmed after all");
    const { promptId } = start();
    await day.record({ ...told(promptId, RUNGS[2], "token"), recordingId: "r2" });
    expect(start().recording?.linkedAtMs).toBeUndefined();
  });

  test("of a known recording the link counts, however it is known", async () => {
    const { day, start } = await aDay();
    await day.record(told(start().promptId, RUNGS[2], "objects"));
    await day.record(told(start().promptId, RUNGS[4], "objects"));
    expect(start().recording?.linkedAtMs).toBe(at("10:55"));
  });

  test("what ended before the prompt was sent is not its recording's end", async () => {
    const { day, start } = await aDay();
    await day.record(told(start().promptId, RUNGS[2], "token"));
    await day.record(told(start().promptId, ["stopped", "09:59:00"], "token"));
    expect(start().recording?.endedAtMs).toBeUndefined();
  });

  test("a surer telling takes the place of a weaker one, with its recording; a weaker one changes nothing", async () => {
    const { day, start } = await aDay();
    const { promptId } = start();
    const weak = { ...told(promptId, RUNGS[2], "time"), recordingId: "other" };
    await day.record(weak);
    expect(start().recording).toMatchObject({ recordingId: "other", certainty: "time" });
    await day.record(told(promptId, RUNGS[2], "token"));
    expect(start().recording).toMatchObject({ recordingId: "r1", certainty: "token" });
    expect(await day.record(weak)).toEqual({ kind: "known" });
    expect(day.receipts("A")).toHaveLength(1);
  });

  test("the same told of an earlier moment counts: it ran that early, and ended then", async () => {
    const { day, start } = await aDay();
    const { promptId } = start();
    await day.record(told(promptId, ["recording", "10:20:00"], "token"));
    await day.record(told(promptId, ["recording", "10:01:00"], "token"));
    await day.record(told(promptId, ["recording", "10:10:00"], "token"));
    expect(start().recording?.seenAtMs).toBe(at("10:01"));
    expect(day.receipts("A")).toMatchObject([{ kind: "recording", atMs: at("10:01") }]);
  });

  test("a phone whose clock is ahead cannot answer in the future", async () => {
    const { day, start } = await aDay();
    const ahead: Evidence = { ...told(start().promptId, RUNGS[0], "token"), atMs: at("13:00") };
    await day.record(ahead);
    expect(start().answeredAtMs).toBe(at("10:59"));
  });

  test("it is the rep's answer: nobody is reminded any more", async () => {
    const { day, start } = await aDay();
    await day.record(told(start().promptId, RUNGS[0], "token"));
    const outcome = await day.attempt(start(), {
      readDelivery: async () => undefined,
      device: { ...PHONE_OF_NTFY },
    });
    expect(outcome).toEqual({ kind: "not-needed", why: "answered" });
  });
});

describe("a restart that Siro's app got", () => {
  test("is brought to nobody again, an integration included", async () => {
    const day = new RepDay(aSchedule({ startLeadSeconds: 0 }), at("08:00"));
    day.store(A);
    day.store(anAppointment("B", ["11:00", "12:00"]));
    await day.plan();
    const of = (recordId: string, action: Prompt["action"]) =>
      day.promptsOf(recordId).find((one) => one.action === action) ?? { promptId: "", recordId };
    day.nowMs = at("10:00");
    await day.fire(of("A", "start"));
    await day.attempt(of("A", "start"));
    day.nowMs = at("11:00");
    const restart = of("B", "restart");
    await day.fire(restart);
    await day.record({ promptId: restart.promptId, kind: "received", source: "siro-events" });
    expect(await day.attempt(restart)).toEqual({ kind: "not-needed", why: "answered" });
    expect(day.sent.map(({ prompt }) => prompt.action)).toEqual(["start"]);
  });
});

const PHONE_OF_NTFY = {
  connection: "acme",
  userId: A.reps[0]?.userId ?? "",
  deviceId: "tablet",
  channel: "ntfy",
  label: "tablet",
  state: "active",
  sealedAddress: "",
  addressHash: "",
  createdAtMs: 0,
} as const;

type Chosen = readonly {
  readonly rung: (typeof RUNGS)[number];
  readonly certainty: ReceiptCertainty;
}[];

/** What all pieces together say about the recording, by hand. */
function expectedRecording(chosen: Chosen): Prompt["recording"] {
  const proofs = chosen.filter(({ rung: [kind] }) => receiptRank(kind) >= receiptRank("recording"));
  if (proofs.length === 0) {
    return undefined;
  }
  const firstOf = (...kinds: readonly ReceiptKind[]) => {
    const moments = proofs
      .filter(({ rung: [kind] }) => kinds.includes(kind))
      .map(({ rung: [, time], certainty }) => at(time) + (certainty === "time" ? 1000 : 0));
    return moments.length === 0 ? undefined : Math.min(...moments);
  };
  const [endedAtMs, linkedAtMs] = [firstOf("stopped"), firstOf("linked")];
  return {
    recordingId: "r1",
    certainty: proofs.some(({ certainty }) => certainty === "token") ? "token" : "time",
    seenAtMs: firstOf("recording", "stopped", "linked") ?? 0,
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(linkedAtMs === undefined ? {} : { linkedAtMs }),
  };
}
