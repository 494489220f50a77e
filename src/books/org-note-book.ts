import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const orgNoteSchema = z.object({
  atMs: z.int(),
  /** `connected`, or the code of what is wrong. */
  state: z.string(),
  /** The used share of the org's daily API calls, 0 to 1. */
  apiShare: z.number().optional(),
  /** Objects that the last poll was not allowed to look at; absent when it saw all. */
  refused: z.array(z.object({ type: z.string(), code: z.string() })).optional(),
  /** What the org lacks: fields and objects that mapping does without, objects that polls do not see. */
  warnings: z.array(z.string()),
});

/** How an org answered last. */
export type OrgNote = Readonly<z.infer<typeof orgNoteSchema>>;

/** Notes how an org answered. */
export async function saveOrgNote(redis: Redis, connection: string, note: OrgNote): Promise<void> {
  await redis.set(keyspace.orgNote(connection), JSON.stringify(note));
}

/** Reads how an org answered last; undefined when it was never asked. */
export async function readOrgNote(redis: Redis, connection: string): Promise<OrgNote | undefined> {
  const text = await redis.get(keyspace.orgNote(connection));
  return text === null ? undefined : orgNoteSchema.parse(JSON.parse(text));
}
