import { z } from "zod";
import type { AskSiro } from "./ask-siro.ts";
import { type SiroCredentials, type SiroProof, userProof } from "./siro-credentials.ts";
import { SiroAnswerError } from "./siro-errors.ts";

/** A user's token lives for 16 hours; one hour less keeps what has begun from being cut off. */
const TRUSTED_FOR_MS = 15 * 3_600_000;

const tokenSchema = z.union([
  z.object({ accessToken: z.string().min(1) }),
  z.object({ data: z.object({ accessToken: z.string().min(1) }) }).transform(({ data }) => data),
]);

/** The app of the organization through which tokens of its users are made. */
export interface SiroUserApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What making users' tokens needs. */
export interface UserCredentialsDeps {
  readonly connection: string;
  readonly userApp: SiroUserApp;
  /** Asks as the organization. */
  readonly ask: AskSiro;
  readonly nowMs: () => number;
}

/**
 * Gives the credentials of each user, made on first use and shared until they run out or are refused.
 *
 * @see https://docs.siro.ai/api-references OAuth apps: a token for `userId`, with the scope `read` or `write`
 */
export function createUserCredentials(
  deps: UserCredentialsDeps,
): (siroUserId: string) => SiroCredentials {
  const known = new Map<string, KeptProof>();
  return (siroUserId) => ({
    current: () => {
      const kept = known.get(siroUserId);
      if (kept !== undefined && deps.nowMs() < kept.untilMs) {
        return kept.proof;
      }
      const proof = fetchProof(deps, siroUserId);
      known.set(siroUserId, { proof, untilMs: deps.nowMs() + TRUSTED_FOR_MS });
      // A token that could not be had is asked for again.
      proof.catch(() => known.delete(siroUserId));
      return proof;
    },
    drop: () => {
      known.delete(siroUserId);
      return true;
    },
  });
}

interface KeptProof {
  readonly proof: Promise<SiroProof>;
  readonly untilMs: number;
}

async function fetchProof(
  { connection, userApp, ask }: UserCredentialsDeps,
  siroUserId: string,
): Promise<SiroProof> {
  const answer = await ask({
    method: "POST",
    path: `/core/oauth/apps/${encodeURIComponent(userApp.clientId)}/access-token`,
    body: { clientSecret: userApp.clientSecret, userId: siroUserId, scope: "write" },
  });
  const token = tokenSchema.safeParse(answer);
  if (!token.success) {
    throw new SiroAnswerError(connection, { detail: "no token where one was asked for" });
  }
  return userProof(token.data.accessToken);
}
