import { OrgAccessError, OrgUnavailableError } from "./org-errors.ts";
import { createRefreshCap } from "./refresh-cap.ts";
import type { Session } from "./sign-in.ts";

/** The one session that all calls to an org share. */
export interface SessionSource {
  /** Gives the session; signs in when there is none. */
  current(): Promise<Session>;
  /** Gives a session newer than a refused one; many callers at once make one sign-in. */
  renew(refused: Session): Promise<Session>;
  /** Drops a session whose instance does not answer any more; the next call signs in. */
  forget(lost: Session): void;
}

/** What the source needs from the world. */
export interface SessionDeps {
  readonly org: string;
  readonly signIn: () => Promise<Session>;
  readonly nowMs: () => number;
}

/** So long a refused sign-in is not tried again: a burst must not hammer the login, and what is mended is soon found. */
const REFUSED_FOR_MS = 5_000;

/** Makes the source; it signs in on first use. */
export function createSessionSource(deps: SessionDeps): SessionSource {
  const cap = createRefreshCap(deps.nowMs);
  let session: Session | undefined;
  let signingIn: Promise<Session> | undefined;
  let refusal: { readonly error: OrgAccessError; readonly untilMs: number } | undefined;

  async function enter(): Promise<Session> {
    if (refusal !== undefined && deps.nowMs() < refusal.untilMs) {
      throw refusal.error;
    }
    session = undefined;
    try {
      session = await deps.signIn();
      return session;
    } catch (error) {
      if (error instanceof OrgAccessError) {
        refusal = { error, untilMs: deps.nowMs() + REFUSED_FOR_MS };
      }
      throw error;
    }
  }
  function enterOnce(): Promise<Session> {
    signingIn ??= enter().finally(() => {
      signingIn = undefined;
    });
    return signingIn;
  }
  return {
    current: async () => signingIn ?? session ?? enterOnce(),
    renew: async (refused) => {
      if (signingIn !== undefined || session !== refused) {
        return signingIn ?? session ?? enterOnce();
      }
      const waitMs = cap.take();
      if (waitMs > 0) {
        throw new OrgUnavailableError(deps.org, {
          detail: "it refuses every new session",
          retryAfterMs: waitMs,
        });
      }
      return enterOnce();
    },
    forget: (lost) => {
      session = session === lost ? undefined : session;
    },
  };
}
