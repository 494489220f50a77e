import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { holdLease, type LeaseRef, releaseLease } from "./lease-book.ts";

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

/** Who wants to look at the Siro of a connection. */
export interface SiroLooker {
  readonly connection: string;
  /** Unique to the look. */
  readonly owner: string;
}

/** Takes the right to look, or renews it, so that one worker does at a time; false while another has it. */
export function holdSiroLook(redis: Redis, looker: SiroLooker, leaseMs: number): Promise<boolean> {
  return holdLease(redis, leaseOf(looker), leaseMs);
}

/** Gives the right to look back, if it is still one's own. */
export function releaseSiroLook(redis: Redis, looker: SiroLooker): Promise<void> {
  return releaseLease(redis, leaseOf(looker));
}

function leaseOf({ connection, owner }: SiroLooker): LeaseRef {
  return { key: keyspace.siroLease(connection), owner };
}
