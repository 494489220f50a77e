import { createHmac } from "node:crypto";
import RedisStore from "connect-redis";
import type { Request, Response } from "express";
import session, { type SessionData } from "express-session";
import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";

/** The name of the operators' cookie. */
const SESSION_COOKIE = "siro_bridge_session";

const LIFE_MS = 12 * 3_600_000;

declare module "express-session" {
  interface SessionData {
    /** When the operator signed in, epoch milliseconds. */
    signedInAtMs: number;
  }
}

/** What sessions need from the world. */
export interface OperatorSessionDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
  readonly adminPassword: string | undefined;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
}

/** The sessions of operators; `load` comes before anything else. */
export interface OperatorSession {
  load(request: Request, response: Response): Promise<void>;
  isSignedIn(request: Request): boolean;
  /** Asks the store again, for what stays open; a request that came by a bearer has no session that could end. */
  isStillSignedIn(request: Request): Promise<boolean>;
  /** Under a new session id: one that was known before the sign-in is worth nothing. */
  signIn(request: Request): Promise<void>;
  signOut(request: Request): Promise<void>;
}

/**
 * Makes the sessions: kept in Redis, 12 hours from the sign-in whatever happens meanwhile.
 *
 * The cookie is signed with a key that depends on the password: a new password ends all sessions.
 */
export function createOperatorSession(deps: OperatorSessionDeps): OperatorSession {
  const isSecure = deps.publicUrl.protocol === "https:";
  const middleware = session({
    name: SESSION_COOKIE,
    secret: cookieKey(deps),
    store: new RedisStore({
      client: deps.redis,
      prefix: keyspace.sessions(),
      disableTouch: true,
    }),
    resave: false,
    saveUninitialized: false,
    cookie: {
      httpOnly: true,
      sameSite: "strict",
      secure: isSecure,
      path: "/admin",
      maxAge: LIFE_MS,
    },
  });
  return {
    load: (request, response) => {
      if (isSecure) {
        // Behind a proxy that ends TLS the last hop is plain; the library would then send no cookie at all.
        Object.defineProperty(request, "secure", { value: true, configurable: true });
      }
      return settled((done) => void middleware(request, response, done));
    },
    isSignedIn: ({ session: { signedInAtMs = 0 } }) => deps.nowMs() < signedInAtMs + LIFE_MS,
    isStillSignedIn: async (request) => {
      if (request.session === undefined) {
        return true;
      }
      const stored = await readStored(request);
      return deps.nowMs() < (stored?.signedInAtMs ?? 0) + LIFE_MS;
    },
    signIn: async (request) => {
      await settled((done) => request.session.regenerate(done));
      request.session.signedInAtMs = deps.nowMs();
      await settled((done) => request.session.save(done));
    },
    signOut: (request) => settled((done) => request.session.destroy(done)),
  };
}

function readStored({ sessionStore, sessionID }: Request): Promise<SessionData | null | undefined> {
  return new Promise((resolve, reject) => {
    sessionStore.get(sessionID, (error, stored) => (error ? reject(error) : resolve(stored)));
  });
}

function cookieKey({ secretKey, adminPassword = "" }: OperatorSessionDeps): string {
  return createHmac("sha256", secretKey).update(`session\n${adminPassword}`).digest("base64url");
}

function settled(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
