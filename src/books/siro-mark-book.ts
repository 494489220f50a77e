import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const marksSchema = z.object({
  /** Up to when everything that Siro had is known; a look that did not see everything does not move it. */
  watermarkMs: z.int().optional(),
  /** When Siro was last asked with success, and saw everything. */
  lookedAtMs: z.int().optional(),
  /** When a look last reached far back. */
  lateLookAtMs: z.int().optional(),
  /** Siro is left alone until then. */
  restUntilMs: z.int().optional(),
});

/** How far Siro's events of one connection are known. */
export type SiroMarks = Readonly<z.infer<typeof marksSchema>>;

/** Reads how far Siro's events are known. */
export async function readSiroMarks(redis: Redis, connection: string): Promise<SiroMarks> {
  const fields = await redis.hgetall(keyspace.siroMarks(connection));
  const numbers = Object.entries(fields).map(([field, text]) => [field, Number(text)]);
  return marksSchema.parse(Object.fromEntries(numbers));
}

/** Stores marks; those that are not named stay as they are. */
export async function saveSiroMarks(
  redis: Redis,
  connection: string,
  marks: SiroMarks,
): Promise<void> {
  const words = Object.entries(marks).flatMap(([field, ms]) => [field, String(ms)]);
  if (words.length > 0) {
    await redis.hset(keyspace.siroMarks(connection), ...words);
  }
}

/** Takes the right to look, so that one worker does at a time; false while another has it. */
export async function claimSiroLook(
  redis: Redis,
  connection: string,
  leaseMs: number,
): Promise<boolean> {
  const key = keyspace.siroLease(connection);
  return (await redis.set(key, "taken", "PX", leaseMs, "NX")) !== null;
}

/** Gives the right to look back. */
export async function releaseSiroLook(redis: Redis, connection: string): Promise<void> {
  await redis.del(keyspace.siroLease(connection));
}
