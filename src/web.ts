import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createApp } from "./app.ts";
import { beChild } from "./child-lifecycle.ts";
import { loadConfig, localModeProblem, readEnvironment } from "./config.ts";
import { listenProblem } from "./listen-problem.ts";
import { openLiveConnections } from "./live-connections.ts";
import { logConnectionsNews } from "./log-connections-news.ts";
import { openProducerRedis, untilReady } from "./redis.ts";
import { takeUpStoreOrEnd } from "./take-up-store-or-end.ts";
import { startTracing } from "./tracing/start-tracing.ts";
import { listen } from "./web-server.ts";

const REDIS_WAIT_MS = 20_000;

const env = readEnvironment();
const { logLevel, redisUrl, tracing } = loadConfig(env);
// Before any queue is opened: what is opened later is traced.
const stopTracing = await startTracing(tracing, "web");
const log = pino({ level: logLevel, base: { process: "web" } });
const registry = new Registry();
collectDefaultMetrics({ register: registry });
const redis = openProducerRedis(redisUrl ?? "redis://127.0.0.1:6379");
// The first requests must find the store: listen only when it answers.
await untilReady(redis, REDIS_WAIT_MS);
await takeUpStoreOrEnd(redis);
const live = await openLiveConnections({ env, redis, tell: logConnectionsNews(log) });
const { config } = live;
const app = await createApp({ config, redis, registry, log, live });
const child = beChild(stop);
live.follow(async (next) => app.takeUp(next.config));

const problem = localModeProblem(config);
if (problem === undefined) {
  await serve();
} else {
  child.endFatally(problem);
}

async function serve(): Promise<void> {
  try {
    const port = await listen(app.web.server, config);
    log.info({ event: "web.ready", port, host: config.host });
    child.sayReady();
  } catch (error) {
    child.endFatally(listenProblem(config, error));
  }
}

async function stop(): Promise<void> {
  live.close();
  app.stopStreams();
  await app.web.stop();
  await app.close();
  redis.disconnect();
  await stopTracing();
}
