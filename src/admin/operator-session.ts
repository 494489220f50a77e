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
  sessionHandle,
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
    /** The provider vouched for them, and must do so again after a while. */
    isByProvider?: boolean;
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
  /** How long a sign-in through the provider counts; undefined where there is no provider. */
  readonly providerSessionMs: number | undefined;
}

/** A session that the provider may renew, as the list of sessions names it. */
export interface LapsedSession {
  readonly name: string;
  readonly id: string;
}

/** How somebody proved who they are. */
export type SignInWay = "password" | "provider";

/** The sessions of operators; `load` comes before anything else. */
export interface OperatorSession {
  load(request: Request, response: Response): Promise<void>;
  /** Who is signed in, with the role of this moment; undefined when nobody is. */
  account(request: Request): Promise<Account | undefined>;
  /** Asks the store again, for what stays open; a request that came by a bearer has no session that could end. */
  isStillSignedIn(request: Request): Promise<boolean>;
  /** The session, when the provider's word for it is too old and would open it again. */
  lapsed(request: Request): Promise<LapsedSession | undefined>;
  /** Notes that the session is in use. */
  noteSeen(request: Request): Promise<void>;
  /** Under a new session id: one that was known before the sign-in is worth nothing. */
  signIn(request: Request, account: Account, way: SignInWay): Promise<void>;
  signOut(request: Request): Promise<void>;
}

/** Makes the sessions: kept in Redis, 12 hours from the sign-in at most, whatever happens meanwhile. */
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
    lapsed: (request) => lapsedOf(deps, request),
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
    signIn: async (request, account, way) => {
      await forget(deps, request);
      await settled((done) => request.session.regenerate(done));
      Object.assign(request.session, { isByProvider: way === "provider" });
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

type Stored = Partial<SessionData> | null | undefined;

async function accountOf(deps: OperatorSessionDeps, stored: Stored): Promise<Account | undefined> {
  return isWithin(deps, stored, lifeMs(deps, stored)) ? ownerOf(deps, stored) : undefined;
}

async function lapsedOf(
  deps: OperatorSessionDeps,
  { session: stored, sessionID }: Request,
): Promise<LapsedSession | undefined> {
  const isLapsed =
    deps.providerSessionMs !== undefined &&
    !isWithin(deps, stored, lifeMs(deps, stored)) &&
    isWithin(deps, stored, OPERATOR_SESSION_LIFE_MS);
  const owner = isLapsed ? await ownerOf(deps, stored) : undefined;
  return owner === undefined ? undefined : { name: owner.name, id: sessionHandle(sessionID) };
}

/** A provider that is not asked any more vouches for nobody. */
function lifeMs({ providerSessionMs = 0 }: OperatorSessionDeps, stored: Stored): number {
  return stored?.isByProvider === true ? providerSessionMs : OPERATOR_SESSION_LIFE_MS;
}

function isWithin({ nowMs }: OperatorSessionDeps, stored: Stored, ms: number): boolean {
  return nowMs() < (stored?.signedInAtMs ?? 0) + ms;
}

async function ownerOf(
  { accounts }: OperatorSessionDeps,
  stored: Stored,
): Promise<Account | undefined> {
  const { operatorName, era } = stored ?? {};
  const account = operatorName === undefined ? undefined : await accounts.find(operatorName);
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
