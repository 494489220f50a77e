import type { Redis } from "ioredis";
import { z } from "zod";

const timeSchema = z.tuple([z.coerce.number(), z.coerce.number()]);

/**
 * Asks the store what time it is; epoch milliseconds.
 *
 * Whatever others check against their own clocks (signatures, assertions) carries this time: a machine of the bridge
 * whose clock is wrong would be refused otherwise.
 */
export async function readStoreNowMs(redis: Redis): Promise<number> {
  const [seconds, micros] = timeSchema.parse(await redis.time());
  return seconds * 1000 + Math.floor(micros / 1000);
}
