import { randomBytes } from "node:crypto";

/** An access token and where it counts. */
interface Session {
  readonly accessToken: string;
  /** The instance the org was on when the token was given; elsewhere the token is worth nothing. */
  readonly instanceUrl: string;
}

/** The access tokens of the org. */
export interface Sessions {
  open(organizationId: string, instanceUrl: string): string;
  isValid(accessToken: string, instanceUrl: string): boolean;
  /** Ends one session. */
  end(accessToken: string): void;
  /** Ends every session, as when tokens expire or an admin revokes them. */
  endAll(): void;
}

/** Makes a book of sessions. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  return {
    open: (organizationId, instanceUrl) => {
      const accessToken = `${organizationId.slice(0, 15)}!${randomBytes(48).toString("base64url")}`;
      sessions.set(accessToken, { accessToken, instanceUrl });
      return accessToken;
    },
    isValid: (accessToken, instanceUrl) => sessions.get(accessToken)?.instanceUrl === instanceUrl,
    end: (accessToken) => {
      sessions.delete(accessToken);
    },
    endAll: () => sessions.clear(),
  };
}
