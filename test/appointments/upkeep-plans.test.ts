import { describe, expect, test } from "@jest/globals";
import { upkeepPlans } from "../../src/appointments/upkeep-plans.ts";
import type { PlanReach } from "../../src/books/plan-reach-book.ts";
import { aConnection } from "../support/bridge-state.ts";
import { anAppointment, at, DANA, LEE } from "../support/builders.ts";

const DAY_MS = 86_400_000;
const NOW_MS = at("08:00");

/** Upkeep over appointments in memory; remembers its reach from call to call. */
function anUpkeep(connection = aConnection()) {
  const visits = [DANA, LEE].map((rep, index) => ({
    appointment: anAppointment(`V${index}`, ["10:00", "11:00"], {
      startAtMs: NOW_MS + 14 * DAY_MS + (index + 1) * 60_000,
    }),
    version: { occurredAtMs: 1, readAtMs: 0, eventId: "e" },
    contentHash: "",
    knownUserIds: [rep.userId],
  }));
  const planned: string[] = [];
  const broken = new Set<string>();
  let reach: PlanReach | undefined;
  const run = (nowMs: number, own = connection) =>
    upkeepPlans(
      {
        readReach: async () => reach,
        saveReach: async (next) => {
          reach = next;
        },
        listByStart: async (fromMs, toMs) =>
          visits.filter(
            ({ appointment: { startAtMs } }) => startAtMs >= fromMs && startAtMs <= toMs,
          ),
        applyPlan: async (userId) => {
          planned.push(userId);
          if (broken.has(userId)) {
            throw new Error(`no plan for ${userId}`);
          }
        },
      },
      own,
      nowMs,
    );
  return { run, planned, broken };
}

describe("upkeepPlans", () => {
  test("a visit is planned when it enters the horizon", async () => {
    const { run, planned } = anUpkeep();
    await run(NOW_MS);
    expect(planned).toEqual([]);
    await run(NOW_MS + 61_000);
    expect(planned).toEqual([DANA.userId]);
  });

  test("what lay at the edge is looked at again, because another clock may have judged it still beyond", async () => {
    const { run, planned } = anUpkeep();
    await run(NOW_MS);
    await run(NOW_MS + 60_000);
    await run(NOW_MS + 62_000);
    expect(planned.filter((userId) => userId === DANA.userId)).toHaveLength(2);
  });

  test("a changed schedule brings all that lies ahead", async () => {
    const { run, planned } = anUpkeep();
    await run(NOW_MS + 20 * 60_000);
    await run(NOW_MS + 60 * 60_000);
    const before = planned.length;
    await run(NOW_MS + 61 * 60_000, aConnection({ schedule: { startLeadSeconds: 60 } }));
    expect(planned.slice(before).sort()).toEqual([DANA.userId, LEE.userId]);
  });

  test("a rep whose plan cannot be made holds up nobody, and is tried again", async () => {
    const { run, planned, broken } = anUpkeep();
    await run(NOW_MS);
    broken.add(DANA.userId);
    await expect(run(NOW_MS + 3 * 60_000)).rejects.toThrow("no plan for");
    expect(planned).toEqual([DANA.userId, LEE.userId]);
    broken.clear();
    await run(NOW_MS + 60 * 60_000);
    expect(planned).toEqual([DANA.userId, LEE.userId, DANA.userId, LEE.userId]);
  });
});
