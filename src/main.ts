import { fileURLToPath } from "node:url";
import { type Logger, pino } from "pino";
import { checkAtStart } from "./check-at-start.ts";
import { type Config, ConfigError, loadConfig, readEnvironment } from "./config.ts";
import { BridgeError } from "./errors.ts";
import { openLiveConnections } from "./live-connections.ts";
import { announcement } from "./process-tree/announcement.ts";
import { endOnSignals } from "./process-tree/end-on-signals.ts";
import { runProcessTree } from "./process-tree/run-process-tree.ts";
import { logTreeEvent } from "./process-tree/tree-event.ts";
import { openProducerRedis, untilReady } from "./redis.ts";
import { warnAtStart } from "./warn-at-start.ts";

const ENTRIES = {
  web: new URL("./web.js", import.meta.url),
  worker: new URL("../workers/main.js", import.meta.url),
};

const STORE_WAIT_MS = 5_000;

const env = readEnvironment();
try {
  process.exit(await runBridge(loadConfig(env)));
} catch (cause) {
  process.stderr.write(`\nsiro-bridge: ${reasonOf(cause)}\n`);
  process.exit(1);
}

/** Resolves to the exit code once the bridge was asked to end, and has. */
async function runBridge(config: Config): Promise<number> {
  const log = pino({ level: config.logLevel, base: { process: "supervisor" } });
  await checkAtStart(config);
  const { stop, force } = endOnSignals(process, () => performance.now());
  await runProcessTree({
    ...config,
    children: [...config.roles].map((name) => ({ name, entry: fileURLToPath(ENTRIES[name]) })),
    env,
    stop,
    force,
    mayKill: config.isLocalMode,
    report: (event) => logTreeEvent(log, event),
    onReady: (redisUrl) => void announce(log, redisUrl),
  });
  return force.aborted ? 1 : 0;
}

/** Only now the store can say which connections were made in the operators' window. */
async function announce(log: Logger, redisUrl: string): Promise<void> {
  const { connections, ...config } = await readLiveConfig(redisUrl);
  const connectionNames = [...connections.keys()];
  // One that somebody chose is nothing for a screen or a log.
  const adminPassword = (env["ADMIN_PASSWORD"] ?? "") === "" ? config.adminPassword : undefined;
  warnAtStart(log, connections.values());
  process.stdout.write(announcement({ ...config, adminPassword, connectionNames }));
}

async function readLiveConfig(redisUrl: string): Promise<Config> {
  const redis = openProducerRedis(redisUrl);
  try {
    await untilReady(redis, STORE_WAIT_MS);
    return (await openLiveConnections({ env, redis, tell: () => undefined })).config;
  } catch {
    // The children read it, too, and tell what is wrong with it.
    return loadConfig(env);
  } finally {
    redis.disconnect();
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof BridgeError || cause instanceof ConfigError) {
    return cause.message;
  }
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
