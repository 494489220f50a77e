import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

/** How long a rep may take at Salesforce; its authorization codes live no longer either. */
export const SIGN_IN_LIFE_SECONDS = 600;

const STATE_BYTES = 32;

const pendingSignInSchema = z.object({
  connection: z.string(),
  codeVerifier: z.string(),
  expiresAtMs: z.int(),
});

/** A sign-in that is under way at Salesforce. */
export type PendingSignIn = Readonly<z.infer<typeof pendingSignInSchema>>;

/** Draws the `state` of a sign-in: nobody can guess it. */
export function drawSignInState(): string {
  return randomBytes(STATE_BYTES).toString("base64url");
}

/** Remembers a sign-in under the digest of its state; the state itself is kept nowhere. */
export async function rememberSignIn(
  redis: Redis,
  state: string,
  pending: PendingSignIn,
): Promise<void> {
  await redis.set(keyOf(state), JSON.stringify(pending), "PXAT", pending.expiresAtMs);
}

/** Uses a sign-in up: of any number of callers exactly one gets it; undefined when it is used, expired or unknown. */
export async function takeSignIn(
  redis: Redis,
  state: string,
  nowMs: number,
): Promise<PendingSignIn | undefined> {
  const text = await redis.getdel(keyOf(state));
  const pending = text === null ? undefined : pendingSignInSchema.parse(JSON.parse(text));
  return pending !== undefined && nowMs < pending.expiresAtMs ? pending : undefined;
}

function keyOf(state: string): string {
  return keyspace.repSignIn(createHash("sha256").update(state).digest("base64url"));
}
