import { describe, expect, test } from "@jest/globals";
import { type ClearDeviceDeps, clearDevice } from "../../src/deliveries/clear-device.ts";
import type { ClearRef } from "../../src/domain/clear.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { PHONE, RepDay } from "../appointments/rep-day.ts";
import { anAppointment, aSchedule, at, DANA } from "../support/builders.ts";

const A = anAppointment("A", ["10:00", "11:00"]);

async function aSentStart(): Promise<{ readonly day: RepDay; readonly start: Prompt }> {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(A);
  await day.plan();
  const start = promptOf(day, "start");
  day.nowMs = at("09:58");
  await day.run(start);
  return { day, start };
}

function promptOf(day: RepDay, action: Prompt["action"]): Prompt {
  const found = day.promptsOf("A").findLast((prompt) => prompt.action === action);
  if (found === undefined) {
    throw new Error(`no ${action}`);
  }
  return found;
}

function aClearing({ promptId }: Pick<Prompt, "promptId">, why: ClearRef["why"] = "answered") {
  const rep = { connection: "acme", userId: DANA.userId };
  return { ...rep, recordId: "A", deviceId: PHONE.deviceId, clears: promptId, why };
}

/** Clears the phone and tells what happened in the world. */
async function clear(day: RepDay, ref: ClearRef, own: Partial<ClearDeviceDeps> = {}) {
  const did: string[] = [];
  const outcome = await clearDevice(
    {
      readDevice: async () => PHONE,
      readRepState: async () => day.state(),
      clear: async ({ deviceId }) => {
        did.push(`clear ${deviceId}`);
        return { kind: "accepted", tookMs: 1, answer: "" };
      },
      forgetDevice: async () => void did.push("forget"),
      tell: async ({ kind }) => void did.push(kind),
      ...own,
    },
    ref,
  );
  return { outcome, did };
}

describe("clearDevice", () => {
  test("a prompt that was followed elsewhere is taken back, and the timeline tells of it", async () => {
    const { day, start } = await aSentStart();
    expect(await clear(day, aClearing(start))).toEqual({
      outcome: { kind: "cleared" },
      did: ["clear d1", "delivery.cleared"],
    });
  });

  test("a newer prompt that stands in its place is left alone until the rep followed it, too", async () => {
    const { day, start } = await aSentStart();
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "completed" }));
    await day.plan();
    const stop = promptOf(day, "stop");
    await day.run(stop);
    expect(await clear(day, aClearing(start))).toEqual({
      outcome: { kind: "not-needed", why: "replaced" },
      did: [],
    });
    await day.record({ promptId: stop.promptId, kind: "opened", source: "go-page" });
    expect((await clear(day, aClearing(start))).outcome).toEqual({ kind: "cleared" });
  });

  test("after the prompt's expiry it is not worth the while", async () => {
    const { day, start } = await aSentStart();
    day.nowMs = at("11:00");
    expect((await clear(day, aClearing(start))).outcome).toMatchObject({ why: "expired" });
  });

  test("a visit that was moved away is not on, unless it moved back or comes soon", async () => {
    const { day, start } = await aSentStart();
    day.store(anAppointment("A", ["14:00", "15:00"]));
    const { movedAway = [] } = await day.plan();
    const [begin] = movedAway;
    if (begin === undefined) {
      throw new Error("no new start");
    }
    const ref = aClearing(begin, "called-off");
    expect((await clear(day, ref)).outcome).toEqual({ kind: "cleared" });
    day.nowMs = begin.dueAtMs - 30_000;
    expect((await clear(day, ref)).outcome).toMatchObject({ why: "still-on" });
    day.nowMs = start.dueAtMs + 1;
    day.store(A);
    await day.plan();
    expect((await clear(day, ref)).outcome).toMatchObject({ why: "still-on" });
  });

  test("a visit that is on after all keeps what is shown of it", async () => {
    const { day, start } = await aSentStart();
    const ref = aClearing(start, "called-off");
    expect((await clear(day, ref)).outcome).toMatchObject({ why: "still-on" });
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    expect((await clear(day, ref)).outcome).toEqual({ kind: "cleared" });
  });

  test("what arrived too late is taken back, unless it is wanted again", async () => {
    const { day, start } = await aSentStart();
    expect((await clear(day, aClearing(start, "late"))).outcome).toMatchObject({ why: "still-on" });
    await day.record({ promptId: start.promptId, kind: "opened", source: "go-page" });
    expect((await clear(day, aClearing(start, "late"))).outcome).toEqual({ kind: "cleared" });
  });

  test("nothing is taken back in the moment in which the next prompt takes its place", async () => {
    const { day, start } = await aSentStart();
    day.nowMs = at("11:00");
    const outcome = { kind: "wait", afterMs: 1_000 };
    expect(await clear(day, aClearing(start, "expired"))).toEqual({ outcome, did: [] });
    await day.run(promptOf(day, "stop"));
    expect((await clear(day, aClearing(start, "expired"))).outcome).toMatchObject({
      why: "replaced",
    });
  });

  test("a next prompt whose moment is long past without it is not waited for", async () => {
    const { day, start } = await aSentStart();
    day.nowMs = at("11:01:01");
    expect((await clear(day, aClearing(start, "expired"))).outcome).toEqual({ kind: "cleared" });
  });

  test("a device that is not active any more, and a prompt nobody knows, need nothing", async () => {
    const { day, start } = await aSentStart();
    const revoked = async () => ({ ...PHONE, state: "revoked" as const });
    const gone = await clear(day, aClearing(start), { readDevice: revoked });
    expect(gone).toEqual({ outcome: { kind: "not-needed", why: "gone" }, did: [] });
    const unknown = await clear(day, aClearing({ promptId: "p0" }));
    expect(unknown.outcome).toMatchObject({ why: "unknown" });
  });

  test.each([
    ["device-gone", { kind: "not-needed", why: "gone" }, ["forget"]],
    ["try-later", { kind: "try-later", untilMs: 0 }, []],
    ["refused", { kind: "not-needed", why: "refused" }, []],
  ] as const)("a channel that answers %s", async (kind, outcome, did) => {
    const { day, start } = await aSentStart();
    const answer = { kind, reason: "X", answer: "" } as const;
    expect(await clear(day, aClearing(start), { clear: async () => answer })).toEqual({
      outcome,
      did,
    });
  });
});

/** A day at 11:00 on which the stop of A was sent. */
async function aSentStop(): Promise<{ readonly day: RepDay; readonly stop: Prompt }> {
  const { day } = await aSentStart();
  day.nowMs = at("11:00");
  const stop = promptOf(day, "stop");
  await day.run(stop);
  return { day, stop };
}

describe("clearDevice, at a prompt's expiry", () => {
  test("what nobody followed is taken back, not a moment before", async () => {
    const { day, stop } = await aSentStop();
    const ref = aClearing(stop, "expired");
    day.nowMs = stop.expiresAtMs - 1;
    expect(await clear(day, ref)).toEqual({ outcome: { kind: "wait", afterMs: 1 }, did: [] });
    day.nowMs = stop.expiresAtMs;
    expect(await clear(day, ref)).toEqual({
      outcome: { kind: "cleared" },
      did: ["clear d1", "delivery.cleared"],
    });
  });

  test("what the rep followed was taken back then, unless that was just now", async () => {
    for (const [leftMs, outcome] of [
      [61_000, { kind: "not-needed", why: "answered" }],
      [59_000, { kind: "cleared" }],
    ] as const) {
      const { day, stop } = await aSentStop();
      day.nowMs = stop.expiresAtMs - leftMs;
      await day.record({ promptId: stop.promptId, kind: "opened", source: "go-page" });
      day.nowMs = stop.expiresAtMs;
      expect((await clear(day, aClearing(stop, "expired"))).outcome).toEqual(outcome);
    }
  });
});

test("a restart, whose link would cut a recording, is worth trying until its visit ends", async () => {
  const { day } = await aSentStart();
  day.store(anAppointment("B", ["11:00", "12:00"]));
  await day.plan();
  const [restart] = day.promptsOf("B");
  if (restart === undefined) {
    throw new Error("no restart");
  }
  day.nowMs = at("11:00");
  await day.run(restart);
  await day.record({ promptId: restart.promptId, kind: "opened", source: "go-page" });
  const ref = { ...aClearing(restart), recordId: "B" };
  const busy = async () => ({ kind: "try-later", answer: "" }) as const;
  expect((await clear(day, ref, { clear: busy })).outcome).toEqual({
    kind: "try-later",
    untilMs: at("12:00"),
  });
});
