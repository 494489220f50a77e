import { describe, expect, test } from "@jest/globals";
import type { PlannedDelivery } from "../../src/domain/delivery.ts";
import type { Device } from "../../src/domain/device.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { PHONE, RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at, LEE } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);
const B = anAppointment("B", ["11:00", "12:00"]);

async function aDay(...appointments: readonly (typeof A)[]): Promise<RepDay> {
  const day = new RepDay(aSchedule(), at("08:00"));
  await book(day, ...appointments);
  return day;
}

async function book(day: RepDay, ...appointments: readonly (typeof A)[]): Promise<void> {
  for (const appointment of appointments) {
    day.store(appointment);
  }
  await day.plan();
}

/** The newest prompt of a visit with this action. */
function promptOf(day: RepDay, action: Prompt["action"], recordId: string): Prompt {
  const found = day.promptsOf(recordId).findLast((prompt) => prompt.action === action);
  if (found === undefined) {
    throw new Error(`no ${action} of ${recordId}`);
  }
  return found;
}

function stateOf(day: RepDay, { recordId, promptId }: Prompt): string | undefined {
  return day.promptsOf(recordId).find((prompt) => prompt.promptId === promptId)?.state;
}

/** A queue that remembers what was added. */
function aQueue() {
  const added: PlannedDelivery[] = [];
  return {
    added,
    enqueue: async (planned: readonly PlannedDelivery[]) => void added.push(...planned),
  };
}

describe("firePrompt, the moment", () => {
  test("before its due time by the store's clock nothing happens but a wait of the rest", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:57:59");
    const start = promptOf(day, "start", "A");
    expect(await day.fire(start)).toEqual({ kind: "too-early", waitMs: 1000 });
    expect(stateOf(day, start)).toBe("waiting");
    expect(day.state().livePromptId).toBeUndefined();
  });

  test("at its due time it goes live and is handed to the active device", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    const { added, enqueue } = aQueue();
    expect(await day.fire(start, { enqueue })).toMatchObject({ kind: "fired", deliveries: 1 });
    expect(added.map(({ deviceId }) => deviceId)).toEqual([PHONE.deviceId]);
    expect(day.state().livePromptId).toBe(start.promptId);
  });

  test("at its expiry it is too late: nothing is handed over, and the rep is planned again", async () => {
    const day = await aDay(A);
    day.nowMs = at("11:00");
    const start = promptOf(day, "start", "A");
    const { added, enqueue } = aQueue();
    expect(await day.fire(start, { enqueue })).toMatchObject({ state: "expired" });
    expect([added, stateOf(day, start)]).toEqual([[], "expired"]);
  });

  test("one that a newer plan dropped does nothing", async () => {
    const day = await aDay(A);
    const start = promptOf(day, "start", "A");
    await book(day, anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    day.nowMs = at("09:58");
    expect(await day.fire(start)).toMatchObject({ kind: "not-needed", state: "superseded" });
    expect(day.state().livePromptId).toBeUndefined();
  });

  test("one that no plan knows is unknown and changes nothing", async () => {
    const day = await aDay(A);
    const before = day.state();
    expect(await day.fire({ promptId: "p0", recordId: "A" })).toEqual({ kind: "unknown" });
    expect(day.state()).toEqual(before);
  });

  test("devices that are gone, revoked or ask by themselves get no delivery; the prompt stays due", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    const outcome = await day.fire(start, {
      listDevices: async () => [
        { ...PHONE, state: "gone" },
        { ...PHONE, state: "revoked" },
        { ...PHONE, channel: "pull" },
      ],
    });
    expect(outcome).toMatchObject({ kind: "fired", deliveries: 0 });
    expect(stateOf(day, start)).toBe("due");
  });
});

describe("firePrompt and the ladder", () => {
  const DEVICES: readonly Device[] = [
    PHONE,
    { ...PHONE, deviceId: "d2", channel: "ntfy" },
    { ...PHONE, deviceId: "d3", channel: "web-push" },
    { ...PHONE, deviceId: "d4", channel: "email" },
  ];
  const listDevices = async () => DEVICES;
  const waits = (added: readonly PlannedDelivery[]) =>
    added.map(({ deviceId, afterMs }) => `${deviceId} ${afterMs / 1000}`);

  test("every device gets its rung", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const { added, enqueue } = aQueue();
    await day.fire(promptOf(day, "start", "A"), { enqueue, listDevices });
    expect(waits(added)).toEqual(["d1 0", "d2 0", "d3 60", "d4 180"]);
  });

  test("a rung that lies at or behind the expiry is dropped", async () => {
    const day = await aDay(anAppointment("A", ["10:00", "10:01"]));
    day.nowMs = at("09:58");
    const { added, enqueue } = aQueue();
    await day.fire(promptOf(day, "start", "A"), { enqueue, listDevices });
    expect(waits(added)).toEqual(["d1 0", "d2 0", "d3 60"]);
  });

  test("after a crash the waits still count from the prompt's moment", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    const crash = async () => {
      throw new Error("killed");
    };
    await expect(day.fire(start, { enqueue: crash, listDevices })).rejects.toThrow("killed");
    day.nowMs = at("09:59:10");
    const { added, enqueue } = aQueue();
    await day.fire(start, { enqueue, listDevices });
    expect(waits(added)).toEqual(["d1 0", "d2 0", "d3 0", "d4 110"]);
  });
});

describe("firePrompt, again after a crash", () => {
  test.each([
    "rememberToken",
    "listDevices",
    "enqueue",
  ] as const)("a crash at %s: the next run hands over what is missing", async (step) => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    const crash = async () => {
      throw new Error("killed");
    };
    await expect(day.fire(start, { [step]: crash })).rejects.toThrow("killed");
    const { added, enqueue } = aQueue();
    const remembered: Prompt[] = [];
    const rememberToken = async (prompt: Prompt) => void remembered.push(prompt);
    expect(await day.fire(start, { enqueue, rememberToken })).toMatchObject({ deliveries: 1 });
    expect([added.length, remembered.length]).toEqual([1, 1]);
  });

  test("a prompt that one device took before the crash still reaches the others", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    const crash = async () => {
      throw new Error("killed");
    };
    await expect(day.fire(start, { enqueue: crash })).rejects.toThrow("killed");
    await day.attempt(start);
    expect(stateOf(day, start)).toBe("sent");
    const { added, enqueue } = aQueue();
    await day.fire(start, { enqueue });
    expect(added).toHaveLength(1);
  });

  test("a prompt whose place was taken is not handed over again", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    await day.run(start);
    day.nowMs = at("11:00");
    await day.run(promptOf(day, "stop", "A"));
    const { added, enqueue } = aQueue();
    expect(await day.fire(start, { enqueue })).toMatchObject({ kind: "not-needed" });
    expect(added).toEqual([]);
  });
});

describe("firePrompt and the recorder", () => {
  test("a stop is skipped when no start was ever offered", async () => {
    const day = await aDay(A);
    const stop = promptOf(day, "stop", "A");
    day.nowMs = at("11:00");
    expect(await day.fire(stop)).toMatchObject({ kind: "not-needed", state: "skipped" });
  });

  test("a stop that comes late, after another visit's restart, is skipped", async () => {
    const day = await aDay(A, anAppointment("B", ["11:05", "12:00"]));
    day.nowMs = at("09:58");
    await day.run(promptOf(day, "start", "A"));
    day.nowMs = at("11:03");
    const stop = promptOf(day, "stop", "A");
    await day.run(promptOf(day, "start", "B"));
    expect(await day.fire(stop)).toMatchObject({ state: "skipped" });
    expect(day.state().livePromptId).toBe(promptOf(day, "restart", "B").promptId);
  });

  test("a start becomes a restart while an earlier visit's stop was not taken by anyone", async () => {
    const day = await aDay(A, anAppointment("B", ["11:05", "12:00"]));
    day.nowMs = at("09:58");
    await day.run(promptOf(day, "start", "A"));
    day.nowMs = at("11:00");
    await day.fire(promptOf(day, "stop", "A"), { listDevices: async () => [] });
    day.nowMs = at("11:03");
    await day.run(promptOf(day, "start", "B"));
    expect(day.sent.at(-1)?.prompt).toMatchObject({ action: "restart", endsRecordId: "A" });
  });

  test("three hours after its visit a recording is a leftover, and a start stays a start", async () => {
    const day = await aDay(A, anAppointment("B", ["14:02", "15:00"]));
    day.nowMs = at("09:58");
    await day.run(promptOf(day, "start", "A"));
    day.nowMs = at("14:00");
    await day.run(promptOf(day, "start", "B"));
    expect(day.sent.at(-1)?.prompt.action).toBe("start");
  });

  test("visits that are never joined overlap as booked: the second start stays a start", async () => {
    const day = new RepDay(aSchedule({ restartGapSeconds: null }), at("08:00"));
    await book(day, A, anAppointment("B", ["10:30", "11:30"]));
    const inOrder = [...day.jobs.values()].sort((left, right) => left.dueAtMs - right.dueAtMs);
    for (const prompt of inOrder) {
      day.nowMs = prompt.dueAtMs;
      await day.run(prompt);
    }
    expect(day.sent.map(({ prompt }) => `${prompt.action} ${prompt.recordId}`)).toEqual([
      "start A",
      "start B",
      "stop A",
      "stop B",
    ]);
  });

  test("a start that comes later than the restart behind it is skipped", async () => {
    const day = await aDay(A, B);
    const start = promptOf(day, "start", "A");
    day.nowMs = at("11:00");
    await day.run(promptOf(day, "restart", "B"));
    day.nowMs = at("11:00") - 1000;
    expect(await day.fire(start)).toMatchObject({ state: "skipped" });
  });

  test("a restart that came too late leaves the visit before it a stop", async () => {
    const C = anAppointment("C", ["11:00", "11:05"]);
    const day = await aDay(A, C);
    day.nowMs = at("09:58");
    await day.run(promptOf(day, "start", "A"));
    day.nowMs = at("11:06");
    await day.run(promptOf(day, "restart", "C"));
    await day.run(promptOf(day, "stop", "A"));
    expect(day.sent.map(({ prompt }) => `${prompt.action} ${prompt.recordId}`)).toEqual([
      "start A",
      "stop A",
    ]);
  });

  test("a start that comes only after the visit in its middle is over gets a stop of its own", async () => {
    const day = await aDay(A, anAppointment("B", ["10:10", "10:20"]));
    const start = promptOf(day, "start", "A");
    for (const [time, action] of [
      ["10:10", "restart"],
      ["10:20", "stop"],
    ] as const) {
      day.nowMs = at(time);
      await day.run(promptOf(day, action, "B"));
    }
    day.nowMs = at("10:30");
    await day.run(start);
    expect([...day.jobs.values()].map(({ action, dueAtMs }) => [action, dueAtMs])).toEqual([
      ["stop", at("11:00")],
    ]);
  });

  test("a newer prompt takes the place of the one that was live", async () => {
    const day = await aDay(A);
    day.nowMs = at("09:58");
    const start = promptOf(day, "start", "A");
    await day.run(start);
    await book(day, anAppointment("A", ["10:00", "11:00"], { reps: [LEE] }));
    const stop = promptOf(day, "stop", "A");
    await day.fire(stop);
    expect(day.state().livePromptId).toBe(stop.promptId);
    expect(await day.attempt(start)).toEqual({ kind: "done", state: "accepted" });
    expect(day.sent).toHaveLength(1);
  });
});
