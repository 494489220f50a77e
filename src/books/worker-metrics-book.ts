import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const figuresSchema = z.array(z.looseObject({ name: z.string() }));

/** The figures of one process, as `registry.getMetricsAsJSON()` gives them. */
export type Figures = z.infer<typeof figuresSchema>;

/** Reads the figures that the running workers left; those of a dead worker are gone within seconds. */
export async function readWorkerMetrics(redis: Redis): Promise<readonly Figures[]> {
  const workerIds = await redis.zrangebyscore(keyspace.workers(), "-inf", "+inf");
  if (workerIds.length === 0) {
    return [];
  }
  // Not one MGET: the keys lie in different slots of a cluster.
  const texts = await Promise.all(workerIds.map((id) => redis.get(keyspace.workerMetrics(id))));
  return texts.flatMap((text) => (text === null ? [] : [figuresSchema.parse(JSON.parse(text))]));
}
