import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const peopleSchema = z.object({
  /** When Siro was asked for its users. */
  readAtMs: z.int(),
  /** By Salesforce user id, the rep as Siro knows them. */
  siroUserIds: z.record(z.string(), z.string()),
  /** The reps for whom Siro had no certain match. */
  unmatched: z.array(z.string()),
});

/** Which reps are which users of Siro's. */
export type SiroPeople = Readonly<z.infer<typeof peopleSchema>>;

/** Stores which reps are which users of Siro's, in place of what was known. */
export async function saveSiroPeople(
  redis: Redis,
  connection: string,
  people: SiroPeople,
): Promise<void> {
  await redis.set(keyspace.siroPeople(connection), JSON.stringify(people));
}

/** Reads which reps are which users of Siro's; undefined when Siro was never asked. */
export async function readSiroPeople(
  redis: Redis,
  connection: string,
): Promise<SiroPeople | undefined> {
  const text = await redis.get(keyspace.siroPeople(connection));
  return text === null ? undefined : peopleSchema.parse(JSON.parse(text));
}
