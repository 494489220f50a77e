import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";

/** How long an operator may take at the OpenID provider. */
export const PROVIDER_SIGN_IN_SECONDS = 600;

const pendingSchema = z.object({
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The page that was asked for. */
  next: z.string(),
  /** The session that has lapsed, which this sign-in takes the place of. */
  lapsed: z.object({ name: z.string(), id: z.string() }).optional(),
  expiresAtMs: z.int(),
});

/** An operator's sign-in that is under way at the OpenID provider. */
export type PendingOperatorSignIn = Readonly<z.infer<typeof pendingSchema>>;

/** Remembers a sign-in under the digest of its state; the state itself is kept nowhere. */
export async function rememberOperatorSignIn(
  redis: Redis,
  state: string,
  pending: PendingOperatorSignIn,
): Promise<void> {
  const text = JSON.stringify(pending);
  await redis.set(keyOf(state), text, "EX", PROVIDER_SIGN_IN_SECONDS);
}

/** Uses a sign-in up: of any number of callers exactly one gets it; undefined when it is used, expired or unknown. */
export async function takeOperatorSignIn(
  redis: Redis,
  state: string,
  nowMs: number,
): Promise<PendingOperatorSignIn | undefined> {
  const text = await redis.getdel(keyOf(state));
  const pending = text === null ? undefined : pendingSchema.parse(JSON.parse(text));
  return pending !== undefined && nowMs < pending.expiresAtMs ? pending : undefined;
}

function keyOf(state: string): string {
  return keyspace.operatorSignIn(createHash("sha256").update(state).digest("base64url"));
}
