import { verify } from "node:crypto";
import { z } from "zod";
import { OAuthRefusal } from "./oauth-refusal.ts";

const MAX_LIFE_SECONDS = 300;
const CLOCK_SKEW_SECONDS = 3;

const headerSchema = z.object({ alg: z.literal("RS256") });
const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
});

/** What the org expects of an assertion. */
export interface ExpectedAssertion {
  readonly clientId: string;
  /** The users who may sign in this way. */
  readonly usernames: readonly string[];
  readonly audiences: readonly string[];
  /** The client's public key or certificate, PEM. */
  readonly publicKey: string | undefined;
  readonly nowMs: number;
}

/**
 * Checks the assertion of a JWT bearer request.
 *
 * @throws {OAuthRefusal} when the signature, issuer, audience, user or time is not right.
 */
export function checkAssertion(assertion: string, expected: ExpectedAssertion): void {
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const claims = claimsSchema.safeParse(decoded(payload));
  const isReadable = headerSchema.safeParse(decoded(header)).success && claims.success;
  if (!claims.success || !isReadable) {
    throw new OAuthRefusal("invalid_grant", "invalid assertion");
  }
  const { iss, sub, aud, exp } = claims.data;
  if (iss !== expected.clientId) {
    throw new OAuthRefusal("invalid_client_id", "client identifier invalid");
  }
  if (!isSignedBy(expected.publicKey, `${header}.${payload}`, signature)) {
    throw new OAuthRefusal("invalid_grant", "invalid assertion");
  }
  if (!expected.audiences.includes(aud)) {
    throw new OAuthRefusal("invalid_grant", "Audience validation failed");
  }
  checkTime(exp, expected.nowMs);
  if (!expected.usernames.includes(sub)) {
    throw new OAuthRefusal("invalid_grant", "user hasn't approved this consumer");
  }
}

function checkTime(exp: number, nowMs: number): void {
  const secondsLeft = exp - nowMs / 1000;
  if (secondsLeft <= 0) {
    throw new OAuthRefusal("invalid_grant", "expired access/refresh token");
  }
  if (secondsLeft > MAX_LIFE_SECONDS + CLOCK_SKEW_SECONDS) {
    throw new OAuthRefusal("invalid_grant", "invalid assertion");
  }
}

function isSignedBy(publicKey: string | undefined, signed: string, signature: string): boolean {
  return (
    publicKey !== undefined &&
    verify("RSA-SHA256", Buffer.from(signed), publicKey, Buffer.from(signature, "base64url"))
  );
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
