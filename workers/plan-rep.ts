import { applyPlan, type PlanOutcome } from "../src/appointments/apply-plan.ts";
import { drawToken } from "../src/appointments/draw-token.ts";
import { commitRepChange, readRepState } from "../src/books/rep-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { WorkerKit } from "./kit.ts";

/** Makes one rep's waiting prompts what they should be, over the real book and queue. */
export async function planRep(
  { redis, prompts }: Pick<WorkerKit, "redis" | "prompts">,
  connection: Connection,
  userId: string,
): Promise<PlanOutcome> {
  const rep = { connection: connection.name, userId };
  return applyPlan(
    {
      schedule: connection.schedule,
      readState: () => readRepState(redis, rep),
      commit: (change) => commitRepChange(redis, rep, change),
      enqueue: (added) => prompts.add(connection.name, added),
      dequeue: (dropped) => prompts.remove(dropped),
      drawToken,
    },
    rep,
  );
}
