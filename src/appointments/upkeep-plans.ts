import { createHash } from "node:crypto";
import type { PlanReach } from "../books/plan-reach-book.ts";
import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { Connection } from "../domain/connection.ts";

const DAY_MS = 86_400_000;
/** Plans judge the horizon by Redis' clock, this by the machine's: what lies at the edge is looked at again. */
const OVERLAP_MS = 10 * 60_000;

/** What keeping plans up needs from the world. */
export interface UpkeepPlansDeps {
  readonly readReach: () => Promise<PlanReach | undefined>;
  readonly saveReach: (reach: PlanReach) => Promise<void>;
  readonly listByStart: (fromMs: number, toMs: number) => Promise<readonly StoredAppointment[]>;
  readonly applyPlan: (userId: string) => Promise<unknown>;
}

/**
 * Plans what time or configuration brings in: appointments that enter the horizon, and, after the
 * connection's schedule was changed, all that lie ahead. Returns how many reps were looked at.
 *
 * A rep whose plan cannot be made does not hold up the others; the reach then stays, and all are looked at again.
 *
 * @throws what the first such plan threw.
 */
export async function upkeepPlans(
  deps: UpkeepPlansDeps,
  { schedule }: Connection,
  nowMs: number,
): Promise<number> {
  const hash = createHash("sha256").update(JSON.stringify(schedule)).digest("base64url");
  const next: PlanReach = {
    edgeMs: nowMs + schedule.horizonDays * DAY_MS,
    scheduleHash: hash.slice(0, 16),
  };
  const last = await deps.readReach();
  const isSameSchedule = last?.scheduleHash === next.scheduleHash;
  const fromMs = isSameSchedule ? last.edgeMs - OVERLAP_MS : nowMs - DAY_MS;
  const entering = await deps.listByStart(fromMs, next.edgeMs);
  const userIds = new Set(entering.flatMap(({ knownUserIds }) => knownUserIds));
  const failures: unknown[] = [];
  for (const userId of userIds) {
    try {
      await deps.applyPlan(userId);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw failures[0];
  }
  await deps.saveReach(next);
  return userIds.size;
}
