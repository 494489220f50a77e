import type { Job } from "bullmq";
import { upkeepPlans } from "../src/appointments/upkeep-plans.ts";
import { listByStart, trimAppointmentIndex } from "../src/books/appointment-book.ts";
import { readPlanReach, savePlanReach } from "../src/books/plan-reach-book.ts";
import { rebuildSearch } from "../src/books/rebuild-search.ts";
import { claimDailyUpkeep, releaseDailyUpkeep } from "../src/books/upkeep-book.ts";
import { forgetEndedDevices } from "../src/devices/forget-ended-devices.ts";
import { retireSilentDevices } from "../src/devices/retire-silent-devices.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";

/** Queue adapter of `upkeep`: once a minute, for every connection. */
export function runUpkeep(kit: WorkerKit, _job: Job, token: string | undefined): SettledWork {
  return {
    token,
    run: async () => keepUp(kit),
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection: [...kit.config.connections.keys()][0] ?? "",
      reason,
      detail,
      work: { kind: "unreadable", queue: "upkeep", payload: null },
    }),
  };
}

async function keepUp(kit: WorkerKit): Promise<JobOutcome> {
  let reps = 0;
  const failures: unknown[] = [];
  for (const connection of kit.config.connections.values()) {
    try {
      reps += await keepUpConnection(kit, connection);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw failures[0];
  }
  return { kind: "done", note: { reps } };
}

async function keepUpConnection(kit: WorkerKit, connection: Connection): Promise<number> {
  const { redis } = kit;
  const { name } = connection;
  const nowMs = Date.now();
  await trimAppointmentIndex(redis, name, nowMs);
  await keepUpDaily(kit, name);
  await rebuildSearch(redis, name);
  return upkeepPlans(
    {
      readReach: () => readPlanReach(redis, name),
      saveReach: (reach) => savePlanReach(redis, name, reach),
      listByStart: (fromMs, toMs) => listByStart(redis, name, { fromMs, toMs }),
      applyPlan: (userId) => kit.planRep({ connection, userId }),
    },
    connection,
    nowMs,
  );
}

/** What is enough once a day. */
async function keepUpDaily({ redis }: WorkerKit, connection: string): Promise<void> {
  if (!(await claimDailyUpkeep(redis, connection))) {
    return;
  }
  try {
    await retireSilentDevices({ redis, nowMs: Date.now }, connection);
    await forgetEndedDevices({ redis, nowMs: Date.now }, connection);
  } catch (error) {
    await releaseDailyUpkeep(redis, connection);
    throw error;
  }
}
