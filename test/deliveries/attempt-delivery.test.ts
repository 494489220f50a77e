import { describe, expect, test } from "@jest/globals";
import type { DeviceNote } from "../../src/books/device-book.ts";
import type { LaterClear } from "../../src/deliveries/clear-after.ts";
import type { AttemptOutcome } from "../../src/domain/attempt-outcome.ts";
import type { Device } from "../../src/domain/device.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { PHONE, RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at, LEE } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);

/** A day at 9:58 on which the start of A is due. */
async function aDueStart(): Promise<{ readonly day: RepDay; readonly start: Prompt }> {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(A);
  const { added } = await day.plan();
  const start = added.find(({ action }) => action === "start");
  if (start === undefined) {
    throw new Error("no start was planned");
  }
  day.nowMs = at("09:58");
  await day.fire(start);
  return { day, start };
}

/** A provider that answers one after the other and counts. */
function aProvider(...answers: readonly AttemptOutcome[]) {
  const calls: number[] = [];
  return {
    calls,
    send: async () => {
      const answer = answers[calls.length];
      calls.push(calls.length + 1);
      if (answer === undefined) {
        throw new Error("the provider broke");
      }
      return answer;
    },
  };
}

const ACCEPTED: AttemptOutcome = { kind: "accepted", tookMs: 1, answer: "HTTP 200" };
const BUSY: AttemptOutcome = { kind: "try-later", answer: "HTTP 500" };

describe("attemptDelivery, the fence", () => {
  test("a prompt that is live is sent once; a second run finds it accepted", async () => {
    const { day, start } = await aDueStart();
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
    expect(day.sent).toHaveLength(1);
  });

  test("a prompt that is not live any more is withdrawn", async () => {
    const { day, start } = await aDueStart();
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    expect(await day.attempt(start)).toEqual({ kind: "not-needed", why: "withdrawn" });
    expect([day.sent, day.state().issued]).toEqual([[], []]);
  });

  test("at the prompt's expiry nothing is sent", async () => {
    const { day, start } = await aDueStart();
    day.nowMs = at("11:00");
    expect(await day.attempt(start)).toEqual({ kind: "not-needed", why: "expired" });
    expect(day.sent).toEqual([]);
  });

  test("a prompt of no plan is unknown", async () => {
    const { day } = await aDueStart();
    const outcome = await day.attempt({ promptId: "p0", recordId: "A" });
    expect(outcome).toEqual({ kind: "not-needed", why: "unknown" });
  });

  test.each([
    ["canceled", anAppointment("A", ["10:00", "11:00"], { status: "canceled" })],
    ["given to someone else", anAppointment("A", ["10:00", "11:00"], { reps: [LEE] })],
    ["cut short", anAppointment("A", ["09:00", "09:58"])],
  ])("a visit that was %s while its plan is not made yet: nothing is sent, nothing given up", async (_, changed) => {
    const { day, start } = await aDueStart();
    day.store(changed);
    expect(await day.attempt(start)).toMatchObject({ kind: "try-later" });
    expect([day.sent, day.state().issued]).toEqual([[], []]);
    day.store(A);
    await day.plan();
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
  });

  test("an attempt beyond a limit is none: it comes again, at its prompt's end at the latest", async () => {
    const { day, start } = await aDueStart();
    const left: string[] = [];
    const ratesOf = (afterMs: number) => ({
      take: async () => ({ afterMs, isNew: true, why: "at most 5/s" }),
      leave: async ({ deviceId }: Device) => void left.push(deviceId),
    });
    const limited = await day.attempt(start, { rates: ratesOf(200) });
    expect(limited).toEqual({ kind: "try-later", afterMs: 200 });
    expect([day.sent, day.delivery(start), day.state().issued]).toEqual([[], undefined, []]);
    const endless = await day.attempt(start, { rates: ratesOf(9 * 3_600_000) });
    expect(endless).toEqual({ kind: "try-later", afterMs: start.expiresAtMs - day.nowMs });
    expect(left).toEqual([]);
    day.nowMs = start.expiresAtMs;
    const over = await day.attempt(start, { rates: ratesOf(0) });
    expect(over).toEqual({ kind: "not-needed", why: "expired" });
    expect([day.sent, left]).toEqual([[], [PHONE.deviceId]]);
  });

  test("a limit is asked once for each run, however often the decision is made", async () => {
    const { day, start } = await aDueStart();
    let asked = 0;
    const take = async () => {
      asked += 1;
      if (asked === 1) {
        // Another writer is faster, so that the decision is made again.
        day.store(A);
      }
      return undefined;
    };
    const outcome = await day.attempt(start, { rates: { take, leave: async () => undefined } });
    expect([outcome, asked]).toEqual([{ kind: "done", state: "accepted" }, 1]);
  });

  test("another worker's success between reading and beginning is seen", async () => {
    const { day, start } = await aDueStart();
    let reads = 0;
    const outcome = await day.attempt(start, {
      readDelivery: async () => {
        const known = day.delivery(start);
        reads += 1;
        if (reads === 1) {
          await day.attempt(start);
        }
        return known;
      },
    });
    expect(outcome).toEqual({ kind: "done", state: "accepted" });
    expect(day.sent).toHaveLength(1);
  });

  test.each(["gone", "revoked"] as const)("a device that is %s gets nothing", async (state) => {
    const { day, start } = await aDueStart();
    const outcome = await day.attempt(start, { readDevice: async () => ({ ...PHONE, state }) });
    expect(outcome).toEqual({ kind: "not-needed", why: "gone" });
    expect(day.sent).toEqual([]);
  });
});

const TABLET: Device = { ...PHONE, deviceId: "d2", channel: "ntfy" };

function opened({ promptId }: Prompt) {
  return { promptId, kind: "opened", source: "rep-page" } as const;
}

describe("attemptDelivery, once the rep followed the prompt", () => {
  test("a device whose rung comes later is spared, and its delivery says so", async () => {
    const { day, start } = await aDueStart();
    await day.attempt(start);
    await day.record(opened(start));
    const outcome = { kind: "not-needed", why: "answered" };
    expect(await day.attempt(start, { device: TABLET })).toEqual(outcome);
    expect(await day.attempt(start, { device: TABLET })).toEqual(outcome);
    expect(day.sent).toHaveLength(1);
    expect(day.delivery(start, "d2")).toMatchObject({ state: "spared", attempts: 0 });
  });

  test("a device that was failing is not tried again", async () => {
    const { day, start } = await aDueStart();
    const { send, calls } = aProvider(BUSY, ACCEPTED);
    await day.attempt(start, { device: TABLET, send });
    await day.record(opened(start));
    expect(await day.attempt(start, { device: TABLET, send })).toMatchObject({ why: "answered" });
    expect(calls).toHaveLength(1);
    expect(day.delivery(start, "d2")).toMatchObject({ state: "spared", attempts: 1 });
  });

  test("an integration still gets a start", async () => {
    const { day, start } = await aDueStart();
    await day.record(opened(start));
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
  });

  test("a restart reaches nobody any more, not even an integration", async () => {
    const { day, start } = await aDueStart();
    await day.attempt(start);
    day.store(anAppointment("B", ["11:00", "12:00"]));
    await day.plan();
    const [restart] = day.promptsOf("B");
    if (restart === undefined) {
      throw new Error("no restart was planned");
    }
    day.nowMs = at("11:00");
    await day.fire(restart);
    const { send } = aProvider(BUSY);
    await day.attempt(restart, { send });
    await day.record(opened(restart));
    expect(await day.attempt(restart)).toMatchObject({ why: "answered" });
    expect(await day.attempt(restart, { device: TABLET })).toMatchObject({ why: "answered" });
    expect(day.sent).toHaveLength(1);
  });

  test("one that was withdrawn before its rung came says so", async () => {
    const { day, start } = await aDueStart();
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    await day.attempt(start, { device: TABLET });
    expect(day.delivery(start, "d2")).toMatchObject({ state: "withdrawn", attempts: 0 });
  });
});

describe("attemptDelivery, a device that must take back what it accepted", () => {
  /** Attempts once while `meanwhile` happens, and tells what is to be cleared. */
  async function clearedAfter(day: RepDay, prompt: Prompt, meanwhile: () => Promise<unknown>) {
    const cleared: LaterClear[] = [];
    await day.attempt(prompt, {
      device: TABLET,
      send: async () => {
        await meanwhile();
        return ACCEPTED;
      },
      clearLater: async (one) => void cleared.push(one),
    });
    return cleared;
  }

  test("a prompt that is wanted is cleared at its expiry", async () => {
    const { day, start } = await aDueStart();
    const afterMs = at("11:00") - at("09:58");
    expect(await clearedAfter(day, start, async () => undefined)).toEqual([
      { why: "expired", afterMs },
    ]);
  });

  test.each([
    ["the rep answered", (day: RepDay, start: Prompt) => day.record(opened(start))],
    [
      "the visit was called off",
      async (day: RepDay) => {
        day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
        await day.plan();
      },
    ],
    [
      "the prompt expired",
      async (day: RepDay) => {
        day.nowMs = at("11:00");
      },
    ],
  ])("%s while it was under way: it is cleared at once", async (_, happens) => {
    const { day, start } = await aDueStart();
    expect(await clearedAfter(day, start, async () => happens(day, start))).toEqual([
      { why: "late", afterMs: 0 },
    ]);
  });

  test("one that the device did not accept needs none", async () => {
    const { day, start } = await aDueStart();
    const cleared: LaterClear[] = [];
    const { send } = aProvider(BUSY);
    await day.attempt(start, { send, clearLater: async (one) => void cleared.push(one) });
    expect(cleared).toEqual([]);
  });
});

describe("attemptDelivery, an answer that comes after another run went on", () => {
  const GONE: AttemptOutcome = { kind: "device-gone", answer: "HTTP 410" };
  const REFUSED: AttemptOutcome = { kind: "refused", reason: "ADDRESS_REFUSED", answer: "private" };

  /** A first attempt that gets its answer once `meanwhile` happened; resolves to what it came to. */
  async function lateAnswer(
    { day, start }: { readonly day: RepDay; readonly start: Prompt },
    answer: AttemptOutcome,
    meanwhile: () => Promise<unknown>,
  ) {
    const send = async () => {
      await meanwhile();
      return answer;
    };
    return day.attempt(start, { send });
  }

  test.each([BUSY, GONE, REFUSED])("what was accepted stays: $kind", async (answer) => {
    const due = await aDueStart();
    const { day, start } = due;
    const outcome = await lateAnswer(due, answer, () => day.attempt(start));
    expect(day.delivery(start)).toMatchObject({ state: "accepted", attempts: 2 });
    expect(outcome).toEqual({ kind: "done", state: "accepted" });
  });

  test("a later attempt that is under way is not set back", async () => {
    const due = await aDueStart();
    const { day, start } = due;
    const { send } = aProvider();
    await lateAnswer(due, BUSY, () => day.attempt(start, { send }).catch(() => undefined));
    expect(day.delivery(start)).toMatchObject({ state: "sending", attempts: 2 });
  });

  test("what was withdrawn is not to be tried again", async () => {
    const due = await aDueStart();
    const { day, start } = due;
    await lateAnswer(due, BUSY, async () => {
      day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
      await day.plan();
      await day.attempt(start);
    });
    expect(day.delivery(start)).toMatchObject({ state: "withdrawn", attempts: 1 });
  });

  test("that the device took it is true however late it is known, and how often it was tried", async () => {
    const due = await aDueStart();
    const { day, start } = due;
    const { send } = aProvider(BUSY);
    await lateAnswer(due, ACCEPTED, () => day.attempt(start, { send }));
    expect(day.delivery(start)).toMatchObject({ state: "accepted", attempts: 2 });
    expect(day.promptsOf("A")[0]?.state).toBe("sent");
  });
});

describe("attemptDelivery, what comes of it", () => {
  test("from the first attempt on the prompt counts as issued, whatever the answer", async () => {
    const { day, start } = await aDueStart();
    const { send } = aProvider(BUSY);
    expect(await day.attempt(start, { send })).toEqual({ kind: "try-later", afterMs: 1000 });
    expect(day.state().issued).toMatchObject([{ promptId: start.promptId, action: "start" }]);
    expect(day.promptsOf("A")[0]?.state).toBe("due");
  });

  test("a provider that breaks leaves the attempt on record, and the next one goes on counting", async () => {
    const { day, start } = await aDueStart();
    const { send } = aProvider();
    await expect(day.attempt(start, { send })).rejects.toThrow("the provider broke");
    expect(day.delivery(start)).toMatchObject({ state: "sending", attempts: 1 });
    await day.attempt(start);
    expect(day.delivery(start)).toMatchObject({ state: "accepted", attempts: 2 });
    expect(day.state().issued).toHaveLength(1);
  });

  test("the first accepted attempt makes the prompt sent; it stays sent when it is dropped later", async () => {
    const { day, start } = await aDueStart();
    await day.attempt(start);
    expect(day.promptsOf("A")[0]).toMatchObject({ state: "sent", sentAtMs: at("09:58") });
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    expect(day.promptsOf("A")[0]?.state).toBe("sent");
  });

  test("waits grow from attempt to attempt, and a provider's own time wins", async () => {
    const { day, start } = await aDueStart();
    const { send } = aProvider(BUSY, BUSY, BUSY, { ...BUSY, retryAfterMs: 7000 });
    const waits: unknown[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      waits.push(await day.attempt(start, { send }));
    }
    expect(waits).toEqual(
      [1000, 2000, 4000, 7000].map((afterMs) => ({ kind: "try-later", afterMs })),
    );
  });

  test("a next attempt that would come at or after the expiry is not waited for", async () => {
    const { day, start } = await aDueStart();
    const untilExpiryMs = at("11:00") - at("09:58");
    const just = { ...BUSY, retryAfterMs: untilExpiryMs - 1 };
    const { send } = aProvider(just, { ...BUSY, retryAfterMs: untilExpiryMs });
    expect(await day.attempt(start, { send })).toMatchObject({ kind: "try-later" });
    expect(await day.attempt(start, { send })).toEqual({ kind: "done", state: "expired" });
  });

  test("a device that says it is gone is remembered as gone and not tried again", async () => {
    const { day, start } = await aDueStart();
    const noted: DeviceNote[] = [];
    const { send } = aProvider({ kind: "device-gone", answer: "HTTP 410" });
    const outcome = await day.attempt(start, {
      send,
      noteDevice: async (note) => void noted.push(note),
    });
    expect(outcome).toEqual({ kind: "done", state: "gone" });
    expect(noted).toEqual([{ state: "gone" }]);
  });

  test("a refusal is told with its reason", async () => {
    const { day, start } = await aDueStart();
    const { send } = aProvider({ kind: "refused", reason: "ADDRESS_REFUSED", answer: "private" });
    expect(await day.attempt(start, { send })).toEqual({
      kind: "refused",
      reason: "ADDRESS_REFUSED",
      detail: "private",
    });
  });

  test("a device that retries while the visit is taken away is not reached any more; the stop is", async () => {
    const { day, start } = await aDueStart();
    const { send } = aProvider(BUSY, ACCEPTED);
    await day.attempt(start, { send });
    day.store(anAppointment("A", ["10:00", "11:00"], { reps: [LEE] }));
    const { added } = await day.plan();
    expect(await day.attempt(start, { send })).toEqual({ kind: "not-needed", why: "withdrawn" });
    expect(day.delivery(start)).toMatchObject({ state: "withdrawn" });
    expect(added.map(({ action }) => action)).toEqual(["stop"]);
    for (const stop of added) {
      await day.run(stop);
    }
    expect(day.sent.map(({ prompt }) => prompt.action)).toEqual(["stop"]);
  });

  test("a restart that is retried stays one prompt: issued once", async () => {
    const { day, start } = await aDueStart();
    await day.attempt(start);
    day.store(anAppointment("B", ["11:00", "12:00"]));
    await day.plan();
    const [restart] = day.promptsOf("B");
    if (restart === undefined) {
      throw new Error("no restart was planned");
    }
    day.nowMs = at("11:00");
    await day.fire(restart);
    const { send, calls } = aProvider(BUSY, ACCEPTED);
    await day.attempt(restart, { send });
    await day.attempt(restart, { send });
    await day.attempt(restart, { send });
    expect(calls).toHaveLength(2);
    expect(day.state().issued.map(({ action }) => action)).toEqual(["start", "restart"]);
  });
});
