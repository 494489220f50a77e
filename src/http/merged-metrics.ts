import type { Redis } from "ioredis";
import { AggregatorRegistry, Gauge, Registry } from "prom-client";
import { readWorkerMetrics } from "../books/worker-metrics-book.ts";
import type { QueueDepth } from "../queues/queue-depth.ts";

/** Where figures come from. */
export interface MetricsSources {
  /** The figures of this process. */
  readonly registry: Registry;
  readonly redis: Redis;
  /** How full every queue is, by its name. */
  readonly readQueues: () => Promise<Readonly<Record<string, QueueDepth>>>;
  /** How everything else stands, as `registry.getMetricsAsJSON()` gives it. */
  readonly readState?: () => Promise<object>;
}

/**
 * Merges the figures of this process, of the workers and of the queues into one Prometheus text.
 *
 * When the store does not answer, this process' figures stand alone: a scrape never fails for it.
 */
export async function mergedMetrics(sources: MetricsSources): Promise<string> {
  const own = await sources.registry.getMetricsAsJSON();
  const shared = await sharedFigures(sources);
  return AggregatorRegistry.aggregate([own, ...shared]).metrics();
}

async function sharedFigures({
  redis,
  readQueues,
  readState = async () => [],
}: MetricsSources): Promise<readonly object[]> {
  try {
    const [workers, queues, state] = await Promise.all([
      readWorkerMetrics(redis),
      readQueues(),
      readState(),
    ]);
    return [...workers, await queueFigures(queues), state];
  } catch {
    return [];
  }
}

function queueFigures(queues: Readonly<Record<string, QueueDepth>>): Promise<object> {
  const registry = new Registry();
  const jobs = new Gauge({
    name: "siro_bridge_queue_jobs",
    help: "Jobs in a queue, by state",
    labelNames: ["queue", "state"],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: "siro_bridge_queue_oldest_waiting_seconds",
    help: "Since when the oldest job of a queue could have been taken up",
    labelNames: ["queue"],
    registers: [registry],
  });
  for (const [queue, { oldestWaitingMs, ...counts }] of Object.entries(queues)) {
    oldest.set({ queue }, oldestWaitingMs / 1000);
    for (const [state, count] of Object.entries(counts)) {
      jobs.set({ queue, state }, count);
    }
  }
  return registry.getMetricsAsJSON();
}
