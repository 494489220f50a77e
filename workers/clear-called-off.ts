import type { PlanOutcome } from "../src/appointments/apply-plan.ts";
import { readDossier } from "../src/books/appointment-book.ts";
import { calledOff } from "../src/deliveries/called-off.ts";
import { clearElsewhere } from "../src/deliveries/clear-elsewhere.ts";
import type { WorkerKit } from "./kit.ts";

/** Has the devices take back what they show of visits that a plan's change left without a prompt, or put off. */
export async function clearCalledOff(
  { redis, deliveries, channels }: Pick<WorkerKit, "redis" | "deliveries" | "channels">,
  connection: string,
  change: PlanOutcome,
): Promise<void> {
  for (const { userId, recordId, promptId } of calledOff(change, Date.now())) {
    await clearElsewhere(
      {
        readDeliveries: async (ref) => (await readDossier(redis, ref))?.deliveries ?? [],
        canClear: (kind) => channels.get(kind)?.clear !== undefined,
        enqueue: (clears) => deliveries.clear(clears),
      },
      { connection, userId, recordId, promptId },
      { why: "called-off" },
    );
  }
}
