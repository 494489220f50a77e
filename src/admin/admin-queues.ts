import type { AlertsQueue } from "../queues/alerts.ts";
import type { CrmEventsQueue } from "../queues/crm-events.ts";
import type { DeliveriesQueue } from "../queues/deliveries.ts";
import type { PromptsQueue } from "../queues/prompts.ts";
import { type QueueDepth, readQueueDepth } from "../queues/queue-depth.ts";
import type { ReconcileQueue } from "../queues/reconcile.ts";
import type { SiroEventsQueue } from "../queues/siro-events.ts";
import type { SiroMendsQueue } from "../queues/siro-mends.ts";
import type { SiroPollQueue } from "../queues/siro-poll.ts";
import type { SiroSyncsQueue } from "../queues/siro-syncs.ts";
import type { WriteBacksQueue } from "../queues/write-backs.ts";

/** The queues an operator sees; into those with `replay` parked work goes back. */
export interface AdminQueues {
  readonly crmEvents: Pick<CrmEventsQueue, "queue" | "put" | "replay">;
  readonly prompts: Pick<PromptsQueue, "queue" | "replay">;
  readonly deliveries: Pick<DeliveriesQueue, "queue" | "replay">;
  readonly writeBacks: Pick<WriteBacksQueue, "queue" | "replay">;
  readonly reconcile: Pick<ReconcileQueue, "queue">;
  readonly siroPoll: Pick<SiroPollQueue, "queue">;
  readonly siroEvents: Pick<SiroEventsQueue, "queue">;
  readonly siroMends: Pick<SiroMendsQueue, "queue" | "replay">;
  readonly alerts: Pick<AlertsQueue, "queue" | "send">;
  readonly siroSyncs: Pick<SiroSyncsQueue, "queue" | "replay">;
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
