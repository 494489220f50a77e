import { env } from "node:process";
import type { Redis } from "ioredis";
import { launchRedis, redisPlace } from "../src/process-tree/embedded-redis.ts";
import { findRedisServer } from "../src/process-tree/find-redis-server.ts";
import { Lifeline } from "../src/process-tree/lifeline.ts";
import { openWorkerRedis } from "../src/redis.ts";
import { dataDir, type Stage } from "./stage.ts";

/** A Redis of the benchmark's own, with the very settings of the one that a bridge embeds. */
export interface BenchRedis {
  readonly url: string;
  readonly pid: number;
}

/** Starts a Redis without a bridge; it ends with the stage, and with this process. */
export async function startBenchRedis(stage: Stage): Promise<BenchRedis> {
  const place = redisPlace(stage.makeFolder(), redisSearchPath());
  const server = launchRedis(place);
  const lifeline = new Lifeline();
  lifeline.guard(server.pid);
  stage.onEnd(async () => {
    server.kill("SIGKILL");
    await server.ended;
    await lifeline.end();
  });
  await server.ready;
  return { url: `unix:${place.socket}`, pid: server.pid ?? 0 };
}

/** Opens a connection that ends with the stage. */
export function openBenchRedis(stage: Stage, url: string): Redis {
  const redis = openWorkerRedis(url);
  stage.onEnd(async () => redis.disconnect());
  return redis;
}

/**
 * A PATH on which the Redis server is found, that of the bootstrap included.
 *
 * @throws {Error} when there is none.
 */
export function redisSearchPath(): string {
  const path = env["PATH"] ?? "";
  const binary = findRedisServer(dataDir(), path);
  if (binary === undefined) {
    throw new Error("no Redis server: run `node bin/bootstrap.mjs bench` first");
  }
  return `${binary.slice(0, binary.lastIndexOf("/"))}:${path}`;
}
