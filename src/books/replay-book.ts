import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const KEPT_SECONDS = 86_400;

const batchSchema = z.object({
  total: z.coerce.number(),
  done: z.coerce.number(),
  failed: z.coerce.number(),
  state: z.enum(["running", "done", "canceled"]),
  updatedAtMs: z.coerce.number(),
});

/** How far a replay of many entries has come; `failed` counts those that could not be handed back. */
export type ReplayBatch = Readonly<z.infer<typeof batchSchema>>;

/** Notes how far a replay has come; a day later nobody asks any more. */
export async function saveReplay(redis: Redis, batchId: string, batch: ReplayBatch): Promise<void> {
  const key = keyspace.replayBatch(batchId);
  await redis.multi().hset(key, batch).expire(key, KEPT_SECONDS).exec();
}

/** Reads how far a replay has come; undefined for an unknown one. */
export async function readReplay(redis: Redis, batchId: string): Promise<ReplayBatch | undefined> {
  const fields = await redis.hgetall(keyspace.replayBatch(batchId));
  return fields["state"] === undefined ? undefined : batchSchema.parse(fields);
}

/** Asks whoever runs a replay to stop; it does before it takes the next entries. */
export async function cancelReplay(redis: Redis, batchId: string): Promise<void> {
  const key = keyspace.replayBatch(batchId);
  await redis.multi().hset(key, "canceled", 1).expire(key, KEPT_SECONDS).exec();
}

/** Says whether somebody asked for a replay to stop. */
export async function isReplayCanceled(redis: Redis, batchId: string): Promise<boolean> {
  return (await redis.hexists(keyspace.replayBatch(batchId), "canceled")) === 1;
}
