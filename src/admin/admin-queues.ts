import type { CrmEventsQueue } from "../queues/crm-events.ts";
import type { DeliveriesQueue } from "../queues/deliveries.ts";
import type { PromptsQueue } from "../queues/prompts.ts";
import { type QueueDepth, readQueueDepth } from "../queues/queue-depth.ts";

/** The queues an operator sees and can replay into. */
export interface AdminQueues {
  readonly crmEvents: Pick<CrmEventsQueue, "queue" | "put" | "replay">;
  readonly prompts: Pick<PromptsQueue, "queue" | "replay">;
  readonly deliveries: Pick<DeliveriesQueue, "queue" | "replay">;
}

/** How full every queue is, by its name. */
export async function readQueueDepths(
  queues: AdminQueues,
  nowMs: number,
): Promise<Readonly<Record<string, QueueDepth>>> {
  const depths = await Promise.all(
    Object.values(queues).map(
      async ({ queue }) => [queue.name, await readQueueDepth(queue, nowMs)] as const,
    ),
  );
  return Object.fromEntries(depths);
}
