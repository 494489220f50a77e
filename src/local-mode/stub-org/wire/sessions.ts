import { randomBytes } from "node:crypto";

/** Whose a session is, and for what it may be used. */
export interface SessionHolder {
  readonly userId: string;
  /** Separated by blanks. */
  readonly scope: string;
}

/** An access token: where it counts, and for whom. */
interface Session extends SessionHolder {
  /** The instance the org was on when the token was given; elsewhere the token is worth nothing. */
  readonly instanceUrl: string;
}

/** The access tokens of the org. */
export interface Sessions {
  /** How many are open. */
  readonly size: number;
  open(organizationId: string, instanceUrl: string, holder: SessionHolder): string;
  isValid(accessToken: string, instanceUrl: string): boolean;
  holderOf(accessToken: string): SessionHolder | undefined;
  /** Ends one session. */
  end(accessToken: string): void;
  /** Ends every session, as when tokens expire or an admin revokes them. */
  endAll(): void;
}

/** Makes a book of sessions. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  return {
    get size() {
      return sessions.size;
    },
    open: (organizationId, instanceUrl, holder) => {
      const accessToken = `${organizationId.slice(0, 15)}!${randomBytes(48).toString("base64url")}`;
      sessions.set(accessToken, { ...holder, instanceUrl });
      return accessToken;
    },
    isValid: (accessToken, instanceUrl) => sessions.get(accessToken)?.instanceUrl === instanceUrl,
    holderOf: (accessToken) => sessions.get(accessToken),
    end: (accessToken) => {
      sessions.delete(accessToken);
    },
    endAll: () => sessions.clear(),
  };
}
