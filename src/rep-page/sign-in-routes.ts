import type { Request } from "express";
import type { Redis } from "ioredis";
import { type RepRef, saveRep } from "../books/rep-book.ts";
import {
  drawSignInState,
  type PendingSignIn,
  rememberSignIn,
  SIGN_IN_LIFE_SECONDS,
  takeSignIn,
} from "../books/rep-sign-in-book.ts";
import type { Connection } from "../domain/connection.ts";
import type { BegunSignIn, RepSignIn, RepSignInRefusal } from "../domain/rep-sign-in.ts";
import { BridgeError } from "../errors.ts";
import { knownError } from "../http/error-responder.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import type { Reply, Route } from "../http/route.ts";
import { repCookie } from "./rep-cookie.ts";
import { isFromSameBrowser, signInCookie } from "./sign-in-cookie.ts";
import { signInBrokenPage, signInMissingPage, signInRefusedPage } from "./sign-in-pages.ts";

/** Salesforce, as far as signing reps in goes. */
export interface RepSignInDoor {
  /** Where to send the browser; undefined for a connection without such a sign-in. */
  readonly begin: (connection: string, state: string) => BegunSignIn | undefined;
  readonly finish: (
    connection: string,
    callback: { readonly code: string; readonly codeVerifier: string },
  ) => Promise<RepSignIn>;
}

/** How one sign-in ended, for the log: never the code, the state or a person's name. */
export interface RepSignInEntry {
  readonly connection: string;
  readonly outcome: "signed-in" | "denied" | "broke" | RepSignInRefusal;
  readonly userId?: string;
  /** Salesforce's code of a denial, or the bridge's own words. */
  readonly detail?: string;
}

/** What the routes need from the world. */
export interface SignInRouteDeps {
  readonly redis: Redis;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
  readonly failures: FailureLimit;
  readonly salesforceSignIn: RepSignInDoor;
  readonly signInEnded: (entry: RepSignInEntry) => void;
  /** Begins a session in place of the one that the browser has; returns the token of its cookie. */
  readonly changeSession: (request: Request, rep: RepRef) => Promise<string>;
}

const HEADERS = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

/** Salesforce's codes look like this; anything else in a query is not written into the log. */
const LOGGABLE_CODE = /^[A-Za-z][\w.-]{0,59}$/;

/** The sign-ins that a page can offer. */
export function signInChoices(
  connections: ReadonlyMap<string, Connection>,
): readonly { readonly connection: string; readonly url: string }[] {
  return [...connections.values()]
    .filter(({ salesforce }) => salesforce?.repSignIn !== undefined)
    .map(({ name }) => ({ connection: name, url: `/rep/sign-in/${name}` }));
}

/** The routes by which reps sign in with Salesforce: there, and back. */
export function signInRoutes(deps: SignInRouteDeps): readonly Route[] {
  return [
    {
      method: "get",
      path: "/rep/sign-in/callback",
      handle: (request) => finish(deps, request),
    },
    {
      method: "get",
      path: "/rep/sign-in/:connection",
      handle: (request) => orPage(() => begin(deps, String(request.params["connection"]))),
    },
  ];
}

async function begin(deps: SignInRouteDeps, connection: string): Promise<Reply> {
  const state = drawSignInState();
  const begun = deps.salesforceSignIn.begin(connection, state);
  if (begun === undefined) {
    return signInMissingPage();
  }
  const expiresAtMs = deps.nowMs() + SIGN_IN_LIFE_SECONDS * 1000;
  await rememberSignIn(deps.redis, state, {
    connection,
    codeVerifier: begun.codeVerifier,
    expiresAtMs,
  });
  return {
    status: 302,
    headers: {
      ...HEADERS,
      location: begun.url,
      "set-cookie": signInCookie(state, deps.publicUrl),
    },
  };
}

async function finish(deps: SignInRouteDeps, request: Request): Promise<Reply> {
  return orPage(async () => {
    const state = queryText(request, "state");
    const pending = await deps.failures.guard(request, async () =>
      isFromSameBrowser(request, state) ? takeSignIn(deps.redis, state, deps.nowMs()) : undefined,
    );
    return pending === undefined ? signInRefusedPage("stale") : conclude(deps, pending, request);
  });
}

async function conclude(
  deps: SignInRouteDeps,
  { connection, codeVerifier }: PendingSignIn,
  request: Request,
): Promise<Reply> {
  const denial = queryText(request, "error");
  if (denial !== "") {
    const detail = LOGGABLE_CODE.test(denial) ? denial : "unreadable";
    deps.signInEnded({ connection, outcome: "denied", detail });
    return signInRefusedPage("denied");
  }
  const callback = { code: queryText(request, "code"), codeVerifier };
  const outcome = await reported(deps, connection, () =>
    deps.salesforceSignIn.finish(connection, callback),
  );
  if (outcome.kind === "refused") {
    deps.signInEnded({ connection, outcome: outcome.why });
    return signInRefusedPage(outcome.why);
  }
  const { userId } = outcome.rep;
  await saveRep(deps.redis, connection, outcome.rep);
  deps.signInEnded({ connection, outcome: "signed-in", userId });
  return admit(deps, { connection, userId }, request);
}

/** Always under a new session: a cookie that somebody planted before is worth nothing afterwards. */
async function admit(deps: SignInRouteDeps, rep: RepRef, request: Request): Promise<Reply> {
  const token = await deps.changeSession(request, rep);
  return {
    status: 302,
    headers: { ...HEADERS, location: "/rep", "set-cookie": repCookie(token, deps.publicUrl) },
  };
}

/** Tells the operators what broke; the rep is told by a page. */
async function reported<Result>(
  { signInEnded }: SignInRouteDeps,
  connection: string,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof BridgeError) {
      signInEnded({ connection, outcome: "broke", detail: error.message });
    }
    throw error;
  }
}

/** A browser is here, not a program: what is foreseen becomes a page. */
async function orPage(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    const known = knownError(error);
    if (known instanceof BridgeError) {
      return signInBrokenPage(known);
    }
    throw error;
  }
}

function queryText({ query }: Request, name: string): string {
  const value = query[name];
  return typeof value === "string" ? value : "";
}
