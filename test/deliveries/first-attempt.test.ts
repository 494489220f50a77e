import { describe, expect, test } from "@jest/globals";
import type { FinishAttemptDeps } from "../../src/deliveries/attempt-delivery.ts";
import type { PlannedDelivery } from "../../src/domain/delivery.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { PHONE, RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);

/** A day at 9:58, at which the start of A is due, and the queue that deliveries go to. */
async function aDueStart() {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(A);
  const { added } = await day.plan();
  const start = added.find(({ action }) => action === "start");
  if (start === undefined) {
    throw new Error("no start was planned");
  }
  day.nowMs = at("09:58");
  const queued: PlannedDelivery[] = [];
  const enqueue = async (planned: readonly PlannedDelivery[]) => void queued.push(...planned);
  /** Lets the prompt's job run, as a worker that may make first attempts itself. */
  const fire = (own: Partial<FinishAttemptDeps> = {}, devices = [PHONE]) =>
    day.fire(start, {
      enqueue,
      listDevices: async () => devices,
      attemptAtOnce: (first) => day.attemptAtOnce(first, own),
    });
  return { day, start, queued, fire };
}

function stateOf(day: RepDay, { promptId }: Prompt): string | undefined {
  return day.promptsOf("A").find((one) => one.promptId === promptId)?.state;
}

async function killed(): Promise<never> {
  throw new Error("killed");
}

describe("the first attempt, in the job of its prompt", () => {
  test("has begun by the time the device is asked, and needs no job", async () => {
    const { day, start, queued, fire } = await aDueStart();
    const seen: unknown[] = [];
    const outcome = await fire({
      send: async ({ delivery }) => {
        seen.push(stateOf(day, start), day.delivery(start), day.state().issued.length, delivery);
        return { kind: "accepted", tookMs: 1, answer: "HTTP 204" };
      },
    });
    const begun = { state: "sending", attempts: 1 };
    expect(seen).toMatchObject(["due", begun, 1, begun]);
    expect(outcome).toMatchObject({ deliveries: 1, first: { outcome: { state: "accepted" } } });
    expect([stateOf(day, start), day.delivery(start)?.state]).toEqual(["sent", "accepted"]);
    expect(queued).toEqual([]);
  });

  test("what a new plan changed while the device was asked stays, and so does that it was sent", async () => {
    const { day, start, fire } = await aDueStart();
    await fire({
      send: async () => {
        day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
        await day.plan();
        return { kind: "accepted", tookMs: 1, answer: "HTTP 204" };
      },
    });
    expect([stateOf(day, start), day.delivery(start)?.state]).toEqual(["sent", "accepted"]);
    const stops = day.promptsOf("A").filter(({ action }) => action === "stop");
    expect(stops.map(({ dueAtMs }) => dueAtMs)).toContain(day.nowMs);
  });

  test.each([
    ["before the device is asked", { send: killed }, 0],
    ["before its answer is written down", { changeRepFrom: killed }, 1],
    ["once its answer is written down", { clearLater: killed }, 1],
  ])("a crash %s leaves it to a job under the same id", async (_, own, sentBefore) => {
    const { day, start, queued, fire } = await aDueStart();
    await expect(fire(own)).rejects.toThrow("killed");
    expect([day.sent.length, queued]).toEqual([sentBefore, []]);
    await fire();
    expect(queued).toMatchObject([{ deviceId: PHONE.deviceId, afterMs: 0 }]);
    expect(day.sent).toHaveLength(sentBefore);
    const wasSettled = day.delivery(start)?.state === "accepted";
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
    expect(day.sent).toHaveLength(sentBefore + (wasSettled ? 0 : 1));
    expect(day.delivery(start)).toMatchObject({
      deliveryId: `${start.promptId}-d1`,
      attempts: wasSettled ? 1 : 2,
    });
  });

  test("later rungs have their jobs before the device is asked", async () => {
    const { queued, fire } = await aDueStart();
    const phone = { ...PHONE, channel: "ntfy" } as const;
    const mail = { ...PHONE, deviceId: "d2", channel: "email" } as const;
    await expect(fire({ send: killed }, [phone, mail])).rejects.toThrow("killed");
    expect(queued.map(({ deviceId }) => deviceId)).toEqual(["d2"]);
  });

  test("where attempts to the device are limited, its delivery is a job", async () => {
    const { day, start, queued } = await aDueStart();
    await day.fire(start, {
      enqueue: async (planned) => void queued.push(...planned),
      attemptAtOnce: (first) => day.attemptAtOnce(first),
      isLimited: ({ deviceId }) => deviceId === PHONE.deviceId,
    });
    expect([day.sent, queued]).toMatchObject([[], [{ deviceId: "d1", afterMs: 0 }]]);
  });

  test("where several devices get a prompt at once, each delivery is a job", async () => {
    const { day, queued, fire } = await aDueStart();
    const outcome = await fire({}, [PHONE, { ...PHONE, deviceId: "d2", channel: "ntfy" }]);
    expect(queued.map(({ deviceId }) => deviceId)).toEqual(["d1", "d2"]);
    expect([day.sent, outcome]).toEqual([
      [],
      expect.not.objectContaining({ first: expect.anything() }),
    ]);
  });
});
