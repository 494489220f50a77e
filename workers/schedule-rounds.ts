import type { Connection } from "../src/domain/connection.ts";
import type { WorkerQueues } from "./worker-queues.ts";

/** Makes sure that the rounds which the bridge makes by itself are there, and fit the connections; safe to repeat. */
export async function scheduleRounds(
  queues: Pick<WorkerQueues, "upkeep" | "alerts" | "reconcile" | "siroPoll">,
  connections: readonly Connection[],
): Promise<void> {
  await queues.upkeep.schedule();
  await queues.alerts.schedule();
  await queues.reconcile.schedule(connections);
  await queues.siroPoll.schedule(connections);
}
