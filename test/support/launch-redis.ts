import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { Redis } from "ioredis";
import { openPorts } from "../../bench/listen-anywhere.ts";
import { findRedisServer } from "../../src/process-tree/find-redis-server.ts";
import { Lifeline } from "../../src/process-tree/lifeline.ts";
import { until } from "./until.ts";

const START_TIMEOUT_MS = 10_000;

/** A Redis server that a test started; it never outlives the test process. */
export interface RunningRedis {
  /** The process as it is now; another one after `restart`. */
  readonly pid: number;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** Starts it again on what it stored, ending it first if it still runs. */
  readonly restart: () => Promise<void>;
  /** Ends it for good. */
  readonly letGo: () => Promise<void>;
}

/** Starts a Redis server and waits until it answers. */
export async function launchRedis(url: string, args: readonly string[]): Promise<RunningRedis> {
  const lifeline = new Lifeline();
  let server = await launch();

  async function launch(): Promise<ChildProcess> {
    const started = spawn(redisBinary(), args, { stdio: "ignore" });
    lifeline.guard(started.pid);
    await untilServing(url);
    return started;
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      server.kill(signal);
      await ended;
    }
  }
  return {
    get pid() {
      return server.pid ?? 0;
    },
    end,
    restart: async () => {
      await end("SIGTERM");
      server = await launch();
    },
    letGo: async () => {
      // A frozen server would not hear anything gentler.
      await end("SIGKILL");
      await lifeline.end();
    },
  };
}

/** The Redis server program that `npm test` found or brought. */
export function redisBinary(): string {
  const dataDir = resolve(process.env["DATA_DIR"] || ".data");
  const binary = findRedisServer(dataDir, process.env["PATH"]);
  if (binary === undefined) {
    throw new Error("no Redis server: run `node bin/bootstrap.mjs test` first");
  }
  return binary;
}

const FIRST_PORT = 20_000;
const PORTS_OF_WORKER = 1_500;
const WORKERS = 8;

/** A port of 127.0.0.1 that nobody listens on; test files that run at the same time never get the same. */
export const freePort = openPorts({
  first: FIRST_PORT + (Number(process.env["JEST_WORKER_ID"] ?? 0) % WORKERS) * PORTS_OF_WORKER,
  count: PORTS_OF_WORKER,
});

async function untilServing(url: string): Promise<void> {
  const options = { retryStrategy: () => 50, enableOfflineQueue: false };
  const redis = url.startsWith("unix:")
    ? new Redis({ ...options, path: url.slice("unix:".length) })
    : new Redis(url, options);
  redis.on("error", () => undefined);
  try {
    await until(() => redis.status === "ready", {
      timeoutMs: START_TIMEOUT_MS,
      what: `Redis at ${url}`,
    });
  } finally {
    redis.disconnect();
  }
}
