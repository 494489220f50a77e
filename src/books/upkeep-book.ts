import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";

const DAY_SECONDS = 86_400;
/** Whoever looks every ten seconds finds it free at least once a minute. */
const RESCUE_MS = 45_000;

/** Claims a connection's daily upkeep; false when it was claimed within a day. */
export async function claimDailyUpkeep(redis: Redis, connection: string): Promise<boolean> {
  const key = keyspace.dailyUpkeep(connection);
  return (await redis.set(key, "claimed", "EX", DAY_SECONDS, "NX")) !== null;
}

/** Gives the claim back, so that upkeep that broke is done again soon. */
export async function releaseDailyUpkeep(redis: Redis, connection: string): Promise<void> {
  await redis.del(keyspace.dailyUpkeep(connection));
}

/** Claims this minute's look at the prompts that wait; false when another worker made it. */
export async function claimRescue(redis: Redis): Promise<boolean> {
  return (await redis.set(keyspace.rescueClaim(), "claimed", "PX", RESCUE_MS, "NX")) !== null;
}
