import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findRedisServer } from "../../src/process-tree/find-redis-server.ts";
import { Lifeline } from "../../src/process-tree/lifeline.ts";
import { openProducerRedis } from "../../src/redis.ts";
import { until } from "./until.ts";

const START_TIMEOUT_MS = 10_000;

/** How a test's Redis differs from the usual one. */
export interface RedisServerOptions {
  /** Added after the usual arguments, so that they win: `["--appendonly", "no"]`. */
  readonly args?: readonly string[];
  /** Listen on a TCP port of 127.0.0.1 instead of a unix socket. */
  readonly isTcp?: boolean;
}

/** A real Redis of the test's own. */
export interface RedisServer {
  /** For `openProducerRedis`, or for `REDIS_URL`. */
  readonly url: string;
  readonly dir: string;
  /** The process as it is now; another one after `restart`. */
  readonly pid: number;
  /** Ends it and removes what it stored. */
  readonly stop: () => Promise<void>;
  /** Ends it as `kill -9` does; what it stored stays. */
  readonly kill: () => Promise<void>;
  /** Starts it again on what it stored, ending it first if it still runs. */
  readonly restart: () => Promise<void>;
}

/**
 * Starts a real Redis with a temporary folder: append-only file, fsync always, hz 100, noeviction.
 *
 * It never outlives the test process. Call `stop` when done.
 */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-redis-"));
  const socket = join(dir, "redis.sock");
  const port = options.isTcp === true ? await freePort() : 0;
  const url = options.isTcp === true ? `redis://127.0.0.1:${port}` : `unix:${socket}`;
  const args = [
    ...["--port", String(port), "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", dir],
    ...["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--hz", "100"],
    ...["--maxmemory-policy", "noeviction", "--logfile", join(dir, "redis.log")],
    ...(options.args ?? []),
  ];
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
    url,
    dir,
    get pid() {
      return server.pid ?? 0;
    },
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      server = await launch();
    },
    stop: async () => {
      // A frozen server would not hear anything gentler.
      await end("SIGKILL");
      await lifeline.end();
      rmSync(dir, { recursive: true, force: true });
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

async function untilServing(url: string): Promise<void> {
  const redis = openProducerRedis(url);
  try {
    await until(() => redis.status === "ready", {
      timeoutMs: START_TIMEOUT_MS,
      what: `Redis at ${url}`,
    });
  } finally {
    redis.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((done) => {
    server.close(done);
  });
  return typeof address === "object" && address !== null ? address.port : 0;
}
