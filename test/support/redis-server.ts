import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, launchRedis } from "./launch-redis.ts";
import { startRedisCluster } from "./redis-cluster.ts";

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
 * It never outlives the test process. Call `stop` when done. With `TEST_REDIS=cluster` it is a shard of a
 * real cluster, unless a test needs a port that it can name.
 */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (process.env["TEST_REDIS"] === "cluster" && options.isTcp !== true) {
    return startClusterAsServer(options.args);
  }
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
  const server = await launchRedis(url, args);
  return {
    url,
    dir,
    get pid() {
      return server.pid;
    },
    kill: () => server.end("SIGKILL"),
    restart: server.restart,
    stop: async () => {
      await server.letGo();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startClusterAsServer(args: readonly string[] = []): Promise<RedisServer> {
  const cluster = await startRedisCluster({ args });
  const { server, dir } = await cluster.masterOf("test");
  return {
    url: cluster.url("test"),
    dir,
    get pid() {
      return server.pid;
    },
    kill: () => server.end("SIGKILL"),
    restart: server.restart,
    stop: cluster.stop,
  };
}
