import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { beChild } from "../src/child-lifecycle.ts";
import { loadConfig, readEnvironment } from "../src/config.ts";
import { readLastStoreEpoch, saveLastStoreEpoch } from "../src/last-store-epoch.ts";
import { openLiveConnections } from "../src/live-connections.ts";
import { logConnectionsNews } from "../src/log-connections-news.ts";
import { openWorkerRedis } from "../src/redis.ts";
import { takeUpStore } from "../src/take-up-store.ts";
import { takeUpStoreOrEnd } from "../src/take-up-store-or-end.ts";
import { startTracing } from "../src/tracing/start-tracing.ts";
import { type DrainTimes, type Generation, openGeneration } from "./generation.ts";
import { untilStageAnswers } from "./until-stage-answers.ts";
import { watchPrompts } from "./watch-prompts.ts";
import { watchSchema } from "./watch-schema.ts";
import { watchStore } from "./watch-store.ts";
import { createWorkerEvents } from "./worker-events.ts";
import { shareMetrics } from "./worker-metrics.ts";
import { openWorkerQueues } from "./worker-queues.ts";

/** Within the ten seconds that the bridge has to end. */
const AT_THE_END: DrainTimes = { attemptsMs: 4_000, drainMs: 7_000 };
/** Nothing hurries: the next generation works beside the one that leaves. */
const AT_A_CHANGE: DrainTimes = { attemptsMs: 30_000, drainMs: 60_000 };

const env = readEnvironment();
const { logLevel, dataDir, redisUrl = "redis://127.0.0.1:6379", tracing } = loadConfig(env);
// Before any queue is opened: what is opened later is traced.
const stopTracing = await startTracing(tracing, "worker");
const log = pino({ level: logLevel, base: { process: "worker" } });
const registry = new Registry();
collectDefaultMetrics({ register: registry });
const redis = openWorkerRedis(redisUrl);
const events = createWorkerEvents(log, registry);
const startedAtMs = Date.now();
await takeUpStoreOrEnd(redis);
// A queue writes what it is as soon as it is opened, which is nothing to do to a newer store.
const deps = { redis, queues: openWorkerQueues(redis), log, events, startedAtMs };
const live = await openLiveConnections({ env, redis, tell: logConnectionsNews(log) });
await untilStageAnswers(live.config);
const running = new Set<Generation>();
/** What runs beside the workers, as far as it has begun: the end may be asked for at any moment. */
const endings: (() => void)[] = [];
const child = beChild(stop);
let current = await openGeneration(deps, live);
running.add(current);
live.follow(async (next) => {
  const before = current;
  // The new workers take work before the old ones stop, so that no prompt is late.
  current = await openGeneration(deps, next, before);
  running.add(current);
  void retire(before);
});
endings.push(
  await watchStore({
    redis,
    lastSeen: readLastStoreEpoch(dataDir),
    remember: (epoch) => saveLastStoreEpoch(dataDir, epoch),
    rebuild: async () => {
      await takeUpStore(redis);
      await current.restore();
    },
    tell: (found) => events.storeWatched(found),
  }),
);
endings.push(
  watchPrompts({
    redis,
    current: () => ({
      ...{ redis, events, prompts: deps.queues.prompts },
      connections: current.connections,
    }),
  }),
  watchSchema(redis, () => events.storeWatched("newer")),
  shareMetrics(redis, registry, randomUUID()),
);
log.info({ event: "worker.ready", queues: current.names });
child.sayReady();

async function retire(generation: Generation): Promise<void> {
  try {
    await generation.stop(AT_A_CHANGE);
  } catch (error) {
    events.workerFailed("all", error);
  }
  running.delete(generation);
}

async function stop(): Promise<void> {
  for (const end of endings) {
    end();
  }
  live.close();
  await Promise.all([...running].map((generation) => generation.stop(AT_THE_END)));
  redis.disconnect();
  await stopTracing();
}
