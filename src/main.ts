import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { type Config, ConfigError, loadConfig, readEnvironment } from "./config.ts";
import { BridgeError } from "./errors.ts";
import { announcement } from "./process-tree/announcement.ts";
import { endOnSignals } from "./process-tree/end-on-signals.ts";
import { runProcessTree } from "./process-tree/run-process-tree.ts";
import { logTreeEvent } from "./process-tree/tree-event.ts";
import { warnAtStart } from "./warn-at-start.ts";

const ENTRIES = {
  web: new URL("./web.js", import.meta.url),
  worker: new URL("../workers/main.js", import.meta.url),
};

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
  const { stop, force } = endOnSignals(process, Date.now);
  await runProcessTree({
    ...config,
    children: [...config.roles].map((name) => ({ name, entry: fileURLToPath(ENTRIES[name]) })),
    env,
    stop,
    force,
    report: (event) => logTreeEvent(log, event),
    onReady: () => {
      warnAtStart(log, config.connections.values());
      const connectionNames = [...config.connections.keys()];
      process.stdout.write(announcement({ ...config, connectionNames }));
    },
  });
  return force.aborted ? 1 : 0;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof BridgeError || cause instanceof ConfigError) {
    return cause.message;
  }
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
