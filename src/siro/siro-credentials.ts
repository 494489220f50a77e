import { createHash } from "node:crypto";

/** What proves to Siro who asks. */
export interface SiroProof {
  readonly headers: Readonly<Record<string, string>>;
  /** Under which name requests with this proof are counted; a digest, so that it may stand in keys. */
  readonly countedAs: string;
}

/**
 * Where a proof comes from.
 *
 * The one place to change when Siro changes how callers sign in: third parties say that organization tokens
 * will give way to client apps, which nobody has shown yet.
 */
export interface SiroCredentials {
  /** The proof of now, fetched when there is none. */
  readonly current: () => Promise<SiroProof>;
  /** Siro refused this one; says whether `current` can give another. */
  readonly drop: (refused: SiroProof) => boolean;
}

/**
 * The organization's own token, which does not run out and cannot be renewed.
 *
 * @see https://docs.siro.ai/getting-started Person icon, API Tokens
 */
export function organizationCredentials(apiToken: string): SiroCredentials {
  const proof = proofOf(apiToken, { authorization: `Bearer ${apiToken}` });
  return { current: async () => proof, drop: () => false };
}

/** Makes the proof of a user's access token. @see https://docs.siro.ai/api-references */
export function userProof(accessToken: string): SiroProof {
  return proofOf(accessToken, { "x-siro-auth-token": accessToken });
}

function proofOf(token: string, headers: Readonly<Record<string, string>>): SiroProof {
  const digest = createHash("sha256").update(token).digest("base64url");
  return { headers, countedAs: digest.slice(0, 22) };
}
