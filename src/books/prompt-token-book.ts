import type { Redis } from "ioredis";
import { type Prompt, type PromptRef, promptRefSchema } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";

/** A rep may return from Siro, or look again, for a day after the prompt is over. */
const KEPT_AFTER_EXPIRY_MS = 86_400_000;

/** Makes `/go/` and `/done/` know the prompt behind an opaque token. */
export async function rememberPromptToken(
  redis: Redis,
  { token, expiresAtMs }: Prompt,
  { connection, userId, recordId, promptId }: PromptRef,
): Promise<void> {
  const ref = JSON.stringify({ connection, userId, recordId, promptId });
  await redis.set(
    keyspace.promptToken(token),
    ref,
    "PXAT",
    Math.max(expiresAtMs, Date.now()) + KEPT_AFTER_EXPIRY_MS,
  );
}

/** Finds the prompt behind a token; undefined for an unknown or long-expired one. */
export async function findPromptByToken(
  redis: Redis,
  token: string,
): Promise<PromptRef | undefined> {
  const text = await redis.get(keyspace.promptToken(token));
  return text === null ? undefined : promptRefSchema.parse(JSON.parse(text));
}
