import type { Redis } from "ioredis";
import { applyPlan, type PlanOutcome } from "../src/appointments/apply-plan.ts";
import { drawToken } from "../src/appointments/draw-token.ts";
import { shareRuns } from "../src/appointments/share-runs.ts";
import { commitRepChange, readRepState } from "../src/books/rep-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { PromptsQueue } from "../src/queues/prompts.ts";
import { createFairGate } from "./fair-gate.ts";

/** More plans at a time are not made sooner. */
const PLANS_AT_A_TIME = 128;

/** What planning needs from the world. */
export interface PlanningKit {
  readonly redis: Redis;
  readonly prompts: PromptsQueue;
  /** Hears of every change of a plan before it is committed; must not fail. */
  readonly announce?: (connection: Connection, change: PlanOutcome) => Promise<void>;
  /** Hears of every change of a plan once it is committed. */
  readonly changed?: (connection: string, change: PlanOutcome) => Promise<void>;
}

interface Asked {
  readonly connection: Connection;
  readonly userId: string;
}

/** Makes a rep's waiting prompts what they should be. */
export type PlanRep = (asked: Asked) => Promise<PlanOutcome>;

/**
 * Makes the planner of this process, over the real book and queue.
 *
 * A hundred events of one rep at once need one or two plans, not a hundred that race each other.
 */
export function createPlanner(kit: PlanningKit): PlanRep {
  const gate = createFairGate(PLANS_AT_A_TIME);
  return shareRuns(
    ({ connection, userId }) => `${connection.name}/${userId}`,
    (asked) => gate.run(asked.connection.name, () => planRep(kit, asked)),
  );
}

async function planRep(kit: PlanningKit, asked: Asked): Promise<PlanOutcome> {
  const { redis, prompts, announce, changed } = kit;
  const { connection, userId } = asked;
  const rep = { connection: connection.name, userId };
  const change = await applyPlan(
    {
      schedule: connection.schedule,
      readState: () => readRepState(redis, rep),
      commit: (change) => commitRepChange(redis, rep, change),
      enqueue: async (added, superseded) => {
        await prompts.add(connection.name, added);
        await announce?.(connection, { added, superseded });
      },
      dequeue: (dropped) => prompts.remove(dropped),
      drawToken,
    },
    rep,
  );
  await changed?.(connection.name, change);
  return change;
}
