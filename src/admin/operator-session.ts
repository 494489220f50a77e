import { createHmac } from "node:crypto";
import RedisStore from "connect-redis";
import type { Request, Response } from "express";
import session, { type SessionData } from "express-session";
import type { Redis } from "ioredis";
import {
  endOperatorSessions,
  keepOperatorSession,
  noteOperatorSeen,
  OPERATOR_SESSION_LIFE_MS,
} from "../books/operator-session-book.ts";
import type { ClientAddress } from "../http/client-address.ts";
import { keyspace } from "../keyspace.ts";
import { nameBrowser } from "./name-browser.ts";
import type { Account, Accounts } from "./operator-accounts.ts";

/** The name of the operators' cookie. */
const SESSION_COOKIE = "siro_bridge_session";

/** A session in use is noted as seen no more often than this. */
const SEEN_EVERY_MS = 60_000;
/** More sessions than this are not in use at once; forgetting when one was noted costs one more note. */
const MOST_SEEN = 10_000;

declare module "express-session" {
  interface SessionData {
    /** When the operator signed in, epoch milliseconds. */
    signedInAtMs: number;
    /** Who signed in; what they may do is asked of the book each time. */
    operatorName: string;
    era: string;
  }
}

/** What sessions need from the world. */
export interface OperatorSessionDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
  readonly accounts: Accounts;
  readonly clients: ClientAddress;
}

/** The sessions of operators; `load` comes before anything else. */
export interface OperatorSession {
  load(request: Request, response: Response): Promise<void>;
  /** Who is signed in, with the role of this moment; undefined when nobody is. */
  account(request: Request): Promise<Account | undefined>;
  /** Asks the store again, for what stays open; a request that came by a bearer has no session that could end. */
  isStillSignedIn(request: Request): Promise<boolean>;
  /** Notes that the session is in use. */
  noteSeen(request: Request): Promise<void>;
  /** Under a new session id: one that was known before the sign-in is worth nothing. */
  signIn(request: Request, account: Account): Promise<void>;
  signOut(request: Request): Promise<void>;
}

/** Makes the sessions: kept in Redis, 12 hours from the sign-in whatever happens meanwhile. */
export function createOperatorSession(deps: OperatorSessionDeps): OperatorSession {
  const { redis, nowMs } = deps;
  const isSecure = deps.publicUrl.protocol === "https:";
  const middleware = sessionMiddleware(deps, isSecure);
  const seenAt = new Map<string, number>();
  return {
    load: (request, response) => {
      if (isSecure) {
        // Behind a proxy that ends TLS the last hop is plain; the library would then send no cookie at all.
        Object.defineProperty(request, "secure", { value: true, configurable: true });
      }
      return settled((done) => void middleware(request, response, done));
    },
    account: (request) => accountOf(deps, request.session),
    isStillSignedIn: async (request) =>
      request.session === undefined ||
      (await accountOf(deps, await readStored(request))) !== undefined,
    noteSeen: async ({ session: { operatorName: name }, sessionID: sid }) => {
      if (name === undefined || nowMs() < (seenAt.get(sid) ?? 0) + SEEN_EVERY_MS) {
        return;
      }
      if (seenAt.size >= MOST_SEEN) {
        seenAt.clear();
      }
      seenAt.set(sid, nowMs());
      await noteOperatorSeen(redis, { name, sid }, nowMs());
    },
    signIn: async (request, account) => {
      await forget(deps, request);
      await settled((done) => request.session.regenerate(done));
      await begin(deps, request, account);
    },
    signOut: async (request) => {
      await forget(deps, request);
      await settled((done) => request.session.destroy(done));
    },
  };
}

function sessionMiddleware({ redis, secretKey }: OperatorSessionDeps, isSecure: boolean) {
  return session({
    name: SESSION_COOKIE,
    secret: createHmac("sha256", secretKey).update("operators' sessions").digest("base64url"),
    store: new RedisStore({ client: redis, prefix: keyspace.sessions(), disableTouch: true }),
    resave: false,
    saveUninitialized: false,
    cookie: {
      httpOnly: true,
      sameSite: "strict",
      secure: isSecure,
      path: "/admin",
      maxAge: OPERATOR_SESSION_LIFE_MS,
    },
  });
}

async function begin(deps: OperatorSessionDeps, request: Request, account: Account): Promise<void> {
  const { redis, nowMs, clients } = deps;
  const { name, era } = account;
  const sinceMs = nowMs();
  Object.assign(request.session, { signedInAtMs: sinceMs, operatorName: name, era });
  // Listed first: a session that is on no list could not be ended by anybody.
  await keepOperatorSession(redis, name, {
    sid: request.sessionID,
    era,
    sinceMs,
    seenAtMs: sinceMs,
    browser: nameBrowser(request.get("user-agent")),
    address: clients.of(request) ?? "unknown",
  });
  await settled((done) => request.session.save(done));
}

/** What the browser was signed in as before is over. */
async function forget({ redis }: OperatorSessionDeps, request: Request): Promise<void> {
  const { operatorName } = request.session;
  if (operatorName !== undefined) {
    await endOperatorSessions(redis, operatorName, ({ sid }) => sid === request.sessionID);
  }
}

async function accountOf(
  { accounts, nowMs }: OperatorSessionDeps,
  stored: Partial<SessionData> | null | undefined,
): Promise<Account | undefined> {
  const { signedInAtMs = 0, operatorName, era } = stored ?? {};
  if (operatorName === undefined || nowMs() >= signedInAtMs + OPERATOR_SESSION_LIFE_MS) {
    return undefined;
  }
  const account = await accounts.find(operatorName);
  return account?.era === era ? account : undefined;
}

function readStored({ sessionStore, sessionID }: Request): Promise<SessionData | null | undefined> {
  return new Promise((resolve, reject) => {
    sessionStore.get(sessionID, (error, stored) => (error ? reject(error) : resolve(stored)));
  });
}

function settled(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
