import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

const noteSchema = z.object({ atMs: z.int(), message: z.string() });

/** The last error of one kind. */
export interface LastError extends Readonly<z.infer<typeof noteSchema>> {
  readonly code: string;
}

/** Reads the last error of each kind, the newest first. */
export async function readLastErrors(redis: Redis): Promise<readonly LastError[]> {
  const notes = await redis.hgetall(keyspace.lastErrors());
  return Object.entries(notes)
    .map(([code, text]) => ({ code, ...noteSchema.parse(JSON.parse(text)) }))
    .sort((left, right) => right.atMs - left.atMs);
}

/** Writes down the last error of one kind, for the overview. */
export async function noteError(redis: Redis, { code, ...note }: LastError): Promise<void> {
  await redis.hset(keyspace.lastErrors(), code, JSON.stringify(note));
}
