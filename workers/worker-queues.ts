import type { Redis } from "ioredis";
import { createAlertsQueue } from "../src/queues/alerts.ts";
import { createCrmEventsQueue } from "../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../src/queues/deliveries.ts";
import { createPromptsQueue } from "../src/queues/prompts.ts";
import { createReconcileQueue } from "../src/queues/reconcile.ts";
import { createSiroMendsQueue } from "../src/queues/siro-mends.ts";
import { createSiroPollQueue } from "../src/queues/siro-poll.ts";
import { createSiroSyncsQueue } from "../src/queues/siro-syncs.ts";
import { createUpkeepQueue } from "../src/queues/upkeep.ts";
import { createWriteBacksQueue } from "../src/queues/write-backs.ts";

/** The queues that the workers add to. */
export type WorkerQueues = ReturnType<typeof openWorkerQueues>;

/** Opens them, once per process: every generation of workers shares them. */
export function openWorkerQueues(redis: Redis) {
  return {
    crmEvents: createCrmEventsQueue(redis),
    prompts: createPromptsQueue(redis),
    deliveries: createDeliveriesQueue(redis),
    writeBacks: createWriteBacksQueue(redis),
    siroMends: createSiroMendsQueue(redis),
    siroSyncs: createSiroSyncsQueue(redis),
    reconcile: createReconcileQueue(redis),
    siroPoll: createSiroPollQueue(redis),
    alerts: createAlertsQueue(redis),
    upkeep: createUpkeepQueue(redis),
  };
}
