import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const siroNoteSchema = z.object({
  atMs: z.int(),
  /** `connected`, or the code of what is wrong. */
  state: z.string(),
});

/** How Siro answered last. */
export type SiroNote = Readonly<z.infer<typeof siroNoteSchema>>;

/** Notes how Siro answered. */
export async function saveSiroNote(
  redis: Redis,
  connection: string,
  note: SiroNote,
): Promise<void> {
  await redis.set(keyspace.siroNote(connection), JSON.stringify(note));
}

/** Reads how Siro answered last; undefined when it was never asked. */
export async function readSiroNote(
  redis: Redis,
  connection: string,
): Promise<SiroNote | undefined> {
  const text = await redis.get(keyspace.siroNote(connection));
  return text === null ? undefined : siroNoteSchema.parse(JSON.parse(text));
}
