import type { Redis } from "ioredis";
import type { Registry } from "prom-client";
import { keyspace } from "../src/keyspace.ts";

const EVERY_MS = 5_000;
const KEPT_SECONDS = 20;

/** Leaves this worker's figures where the web process finds them; returns how to stop. */
export function shareMetrics(redis: Redis, registry: Registry, workerId: string): () => void {
  const timer = setInterval(() => void share(redis, registry, workerId), EVERY_MS);
  return () => clearInterval(timer);
}

async function share(redis: Redis, registry: Registry, workerId: string): Promise<void> {
  try {
    const figures = JSON.stringify(await registry.getMetricsAsJSON());
    const key = keyspace.workerMetrics(workerId);
    await redis
      .multi()
      .set(key, figures, "EX", KEPT_SECONDS)
      .zadd(keyspace.workers(), Date.now(), workerId)
      .zremrangebyscore(keyspace.workers(), "-inf", Date.now() - KEPT_SECONDS * 1000)
      .exec();
  } catch {
    // The next figures are five seconds away; Redis being gone is told elsewhere.
  }
}
