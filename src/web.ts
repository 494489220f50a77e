import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createApp } from "./app.ts";
import { beChild } from "./child-lifecycle.ts";
import { loadConfig, readEnvironment } from "./config.ts";
import { errorCode } from "./error-code.ts";
import { openProducerRedis, untilReady } from "./redis.ts";
import { listen } from "./web-server.ts";

const REDIS_WAIT_MS = 20_000;

const config = loadConfig(readEnvironment());
const log = pino({ level: config.logLevel, base: { process: "web" } });
const registry = new Registry();
collectDefaultMetrics({ register: registry });
const redis = openProducerRedis(config.redisUrl ?? "redis://127.0.0.1:6379");
// The first requests must find the store: listen only when it answers.
await untilReady(redis, REDIS_WAIT_MS);
const app = await createApp({ config, redis, registry, log });
const child = beChild(stop);

try {
  const port = await listen(app.web.server, config);
  log.info({ event: "web.ready", port, host: config.host });
  child.sayReady();
} catch (error) {
  child.endFatally(listenProblem(error));
}

async function stop(): Promise<void> {
  app.stopStreams();
  await app.web.stop();
  await app.close();
  redis.disconnect();
}

function listenProblem(error: unknown): string {
  const code = errorCode(error);
  const where = `${config.host}:${config.port}`;
  switch (code) {
    case "EADDRINUSE":
      return `${where} is in use by another program; set PORT to a free one, for example PORT=3001`;
    case "EACCES":
      return `${where} may not be used by this user; set PORT to 1024 or above`;
    case "EADDRNOTAVAIL":
      return `HOST ${config.host} is not an address of this machine`;
    default:
      return `${where} cannot be listened on (${code ?? "unknown reason"})`;
  }
}
