import type { Redis } from "ioredis";
import { type PromptRef, promptRefSchema } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";

/** As long as appointments are kept. */
const KEPT_MS = 30 * 86_400_000;

/** The command that remembers which prompt a recording was begun by. */
export function rememberRecordingCommand(
  { connection, userId, recordId, promptId }: PromptRef,
  recordingId: string,
): RedisCommand {
  const ref = JSON.stringify({ connection, userId, recordId, promptId });
  return ["SET", keyspace.siroRecording(connection, recordingId), ref, "PX", KEPT_MS];
}

/** Finds the prompt that a recording was begun by; undefined where none is known. */
export async function findPromptByRecording(
  redis: Redis,
  connection: string,
  recordingId: string,
): Promise<PromptRef | undefined> {
  const text = await redis.get(keyspace.siroRecording(connection, recordingId));
  return text === null ? undefined : promptRefSchema.parse(JSON.parse(text));
}
