import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { openChannels } from "../src/channels.ts";
import { beChild } from "../src/child-lifecycle.ts";
import { loadConfig, readEnvironment } from "../src/config.ts";
import { createCrmEventsQueue } from "../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../src/queues/deliveries.ts";
import { createPromptsQueue } from "../src/queues/prompts.ts";
import { createReconcileQueue } from "../src/queues/reconcile.ts";
import { createUpkeepQueue } from "../src/queues/upkeep.ts";
import { openWorkerRedis } from "../src/redis.ts";
import { openOrgs } from "./orgs.ts";
import { createPlanner } from "./plan-rep.ts";
import { startWorkers, stopWorkers } from "./supervise.ts";
import { createWorkerEvents } from "./worker-events.ts";
import { shareMetrics } from "./worker-metrics.ts";

const DRAIN_MS = 7_000;

const config = loadConfig(readEnvironment());
const log = pino({ level: config.logLevel, base: { process: "worker" } });
const registry = new Registry();
collectDefaultMetrics({ register: registry });
const redisUrl = config.redisUrl ?? "redis://127.0.0.1:6379";
const redis = openWorkerRedis(redisUrl);
const upkeep = createUpkeepQueue(redis);
const { channels, close: closeChannels } = openChannels(config.outboundAllow);
const prompts = createPromptsQueue(redis);
const kit = {
  config,
  redis,
  channels,
  crmEvents: createCrmEventsQueue(redis),
  orgs: openOrgs(config.connections.values()),
  prompts,
  planRep: createPlanner({ redis, prompts }),
  deliveries: createDeliveriesQueue(redis),
  events: createWorkerEvents(log, registry),
};
const child = beChild(stop);
await upkeep.schedule();
await createReconcileQueue(redis).schedule([...config.connections.values()]);
// Blocking reads wait on connections of their own, which BullMQ makes from this one.
const workers = startWorkers(kit, redis);
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
const stopSharing = shareMetrics(redis, registry, randomUUID());
log.info({ event: "worker.ready", queues: workers.map(({ name }) => name) });
child.sayReady();

async function stop(): Promise<void> {
  stopSharing();
  await stopWorkers(workers, DRAIN_MS);
  await closeChannels();
  redis.disconnect();
}
