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
import { createSiroPollQueue } from "../src/queues/siro-poll.ts";
import { createUpkeepQueue } from "../src/queues/upkeep.ts";
import { openWorkerRedis } from "../src/redis.ts";
import { startChangeStreams } from "./change-streams.ts";
import { clearCalledOff } from "./clear-called-off.ts";
import { openSiroMends } from "./open-siro-mends.ts";
import { openSiroSyncs } from "./open-siro-syncs.ts";
import { openSiros } from "./open-siros.ts";
import { openWriteBacks } from "./open-write-backs.ts";
import { openOrgs } from "./orgs.ts";
import { createPlanner } from "./plan-rep.ts";
import { startWorkers, stopWorkers } from "./supervise.ts";
import { createWorkerEvents } from "./worker-events.ts";
import { shareMetrics } from "./worker-metrics.ts";

const STREAMS_STOP_MS = 1_000;
const DRAIN_MS = 7_000;
const ATTEMPTS_MS = 4_000;

const config = loadConfig(readEnvironment());
const log = pino({ level: config.logLevel, base: { process: "worker" } });
const registry = new Registry();
collectDefaultMetrics({ register: registry });
const redisUrl = config.redisUrl ?? "redis://127.0.0.1:6379";
const redis = openWorkerRedis(redisUrl);
const upkeep = createUpkeepQueue(redis);
const prompts = createPromptsQueue(redis);
const events = createWorkerEvents(log, registry);
const crmEvents = createCrmEventsQueue(redis);
const orgs = openOrgs(config.connections.values(), { isMoreComing: crmEvents.isAnyWaiting });
const orgOf = (name: string) => orgs.get(name)?.org;
const { channels, ...roads } = openChannels({ ...config, orgOf });
const deliveries = createDeliveriesQueue(redis);
const writeBacks = openWriteBacks({ config, redis, orgs, events });
const siros = openSiros(config.connections.values(), redis);
const siroSyncs = openSiroSyncs({ config, redis, siros, events });
const kit = {
  config,
  redis,
  channels,
  crmEvents,
  orgs,
  prompts,
  planRep: createPlanner({
    redis,
    prompts,
    announce: async (connection, change) => {
      await siroSyncs.announce(connection, change);
      await writeBacks.announce(connection, change);
    },
    changed: (connection, change) =>
      clearCalledOff({ redis, deliveries, channels }, connection, change),
  }),
  deliveries,
  siros,
  siroSyncs,
  siroMends: openSiroMends({ config, redis, siros, events }),
  writeBacks,
  events,
};
const child = beChild(stop);
await upkeep.schedule();
const reconcile = createReconcileQueue(redis);
await reconcile.schedule([...config.connections.values()]);
await createSiroPollQueue(redis).schedule([...config.connections.values()]);
// Blocking reads wait on connections of their own, which BullMQ makes from this one.
const workers = startWorkers(kit, redis);
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
const changes = await startChangeStreams({ ...kit, reconcile, log });
const stopSharing = shareMetrics(redis, registry, randomUUID());
log.info({ event: "worker.ready", queues: workers.map(({ name }) => name) });
child.sayReady();

async function stop(): Promise<void> {
  stopSharing();
  await changes.stop(STREAMS_STOP_MS);
  // An attempt to a device that hangs would outlast the drain; cut, its job is put off and released.
  const cutting = setTimeout(() => void roads.abort(), ATTEMPTS_MS);
  await stopWorkers(workers, DRAIN_MS);
  clearTimeout(cutting);
  await roads.abort();
  redis.disconnect();
}
