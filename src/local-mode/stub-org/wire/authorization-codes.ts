import { randomBytes } from "node:crypto";

/** So long a code can be exchanged; Salesforce's own codes live about as long. */
const LIFE_MS = 10 * 60_000;

/** What a user approved, and what the exchange must bring along. */
export interface CodeGrant {
  readonly userId: string;
  readonly redirectUri: string;
  /** BASE64URL(SHA256(verifier)), as RFC 7636 has it. */
  readonly codeChallenge: string;
  /** Separated by blanks. */
  readonly scope: string;
}

/** The authorization codes of the org. */
export interface AuthorizationCodes {
  issue(grant: CodeGrant, nowMs: number): string;
  /** Uses a code up; undefined for one that is unknown, used or expired. */
  take(code: string, nowMs: number): CodeGrant | undefined;
}

/** Makes a book of codes. */
export function createAuthorizationCodes(): AuthorizationCodes {
  const grants = new Map<string, { readonly grant: CodeGrant; readonly untilMs: number }>();
  return {
    issue: (grant, nowMs) => {
      const code = `aPrx${randomBytes(32).toString("base64url")}`;
      grants.set(code, { grant, untilMs: nowMs + LIFE_MS });
      return code;
    },
    take: (code, nowMs) => {
      const found = grants.get(code);
      grants.delete(code);
      return found !== undefined && nowMs < found.untilMs ? found.grant : undefined;
    },
  };
}
