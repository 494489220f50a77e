import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const planReachSchema = z.object({ edgeMs: z.int(), scheduleHash: z.string() });

/** How far the plans of a connection reach, and the digest of the schedule they were made under. */
export type PlanReach = Readonly<z.infer<typeof planReachSchema>>;

/** Reads the reach; undefined before the first upkeep. */
export async function readPlanReach(
  redis: Redis,
  connection: string,
): Promise<PlanReach | undefined> {
  const text = await redis.get(keyspace.planReach(connection));
  return text === null ? undefined : planReachSchema.parse(JSON.parse(text));
}

/** Stores the reach. */
export async function savePlanReach(
  redis: Redis,
  connection: string,
  reach: PlanReach,
): Promise<void> {
  await redis.set(keyspace.planReach(connection), JSON.stringify(reach));
}
