import { createSign, type KeyObject } from "node:crypto";

/** Salesforce refuses an assertion that lives longer than three minutes. */
const LIFETIME_SECONDS = 180;

/** Who signs in, to where. */
export interface AssertionClaims {
  /** The consumer key of the connected or external client app. */
  readonly clientId: string;
  readonly username: string;
  /** The My Domain or login URL; it is the audience. */
  readonly loginUrl: string;
}

/**
 * Signs the assertion of the OAuth 2.0 JWT bearer flow (RS256).
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
 */
export function jwtAssertion(claims: AssertionClaims, key: KeyObject, nowMs: number): string {
  const unsigned = [
    encode({ alg: "RS256", typ: "JWT" }),
    encode({
      iss: claims.clientId,
      sub: claims.username,
      aud: claims.loginUrl.replace(/\/$/, ""),
      exp: Math.floor(nowMs / 1000) + LIFETIME_SECONDS,
    }),
  ].join(".");
  const signature = createSign("RSA-SHA256").update(unsigned).sign(key, "base64url");
  return `${unsigned}.${signature}`;
}

function encode(part: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
