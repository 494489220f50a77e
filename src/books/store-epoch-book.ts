import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";

/** Reads the name of the store's life; undefined for a store that is new, or that lost everything. */
export async function readStoreEpoch(redis: Redis): Promise<string | undefined> {
  return (await redis.get(keyspace.storeEpoch())) ?? undefined;
}

/** Begins a new life of the store; of several who do so at once, all get the same. */
export async function beginStoreEpoch(redis: Redis): Promise<string> {
  const mine = randomUUID();
  await redis.set(keyspace.storeEpoch(), mine, "NX");
  return (await readStoreEpoch(redis)) ?? mine;
}
