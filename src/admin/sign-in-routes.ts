import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import type { Redis } from "ioredis";
import { z } from "zod";
import { listPeople } from "../books/operator-book.ts";
import { FIRST_ADMIN } from "../domain/operator.ts";
import { CrossSiteError } from "../http/cross-site-error.ts";
import { errorReply } from "../http/error-reply.ts";
import { knownError } from "../http/error-responder.ts";
import { parseInput } from "../http/parse-input.ts";
import { requestOrigin } from "../http/request-origin.ts";
import { PasswordWrongError, SignInClosedError } from "./admin-errors.ts";
import type { RecordAudit } from "./admin-route.ts";
import type { CheckSignIn } from "./check-sign-in.ts";
import { operatorOf } from "./known-operator.ts";
import type { Account, Accounts } from "./operator-accounts.ts";
import type { OperatorSession, SignInWay } from "./operator-session.ts";
import { type AdminPages, APP_PATHS, ownPage, providerAddress, sendPage } from "./pages.ts";

/** What signing in and out needs from the world. */
export interface SignInDeps {
  readonly redis: Redis;
  readonly session: OperatorSession;
  readonly accounts: Accounts;
  readonly checkSignIn: CheckSignIn;
  readonly recordAudit: RecordAudit;
  readonly pages: AdminPages;
  readonly adminPassword: string | undefined;
  readonly publicUrl: URL;
  /** For signing out: signed in, and asked by the bridge's own page. */
  readonly guard: RequestHandler;
}

const BODY_BYTES = 4_096;
const userSchema = z.string().trim().toLowerCase().max(200);
const loginSchema = z.object({
  // Whoever gives no name is who was there before there were names.
  user: userSchema.default(FIRST_ADMIN).transform((user) => (user === "" ? FIRST_ADMIN : user)),
  password: z.string().min(1).max(1_000),
});
const formSchema = z.object({
  next: z.string().max(2_000).optional().catch(undefined),
  user: userSchema.optional().catch(undefined),
});

/** Mounts the pages of the app, `/admin/login` and `/admin/logout`. */
export function mountSignIn(router: Router, deps: SignInDeps): void {
  const { session, pages, guard, recordAudit } = deps;
  router.get(APP_PATHS, async (request, response) => {
    await session.load(request, response);
    if ((await session.lapsed(request)) !== undefined) {
      response.redirect(302, providerAddress(request.originalUrl));
      return;
    }
    const isSignedIn = (await session.account(request)) !== undefined;
    const form = { note: await closedNote(deps), next: request.originalUrl };
    sendPage(response, 200, isSignedIn ? pages.app : pages.signIn(form));
  });
  router.post(
    "/admin/login",
    express.json({ limit: BODY_BYTES }),
    express.urlencoded({ limit: BODY_BYTES, extended: false }),
    (request, response) => login(deps, request, response),
  );
  router.post("/admin/logout", guard, async (request, response) => {
    // A bearer has no session, and may have sent a cookie beside it.
    await session.load(request, response);
    await session.signOut(request);
    await recordAudit(operatorOf(request), { what: "Signed out" });
    answer(request, response);
  });
}

/** Signs a browser in as somebody who proved who they are. */
export async function admitOperator(
  { session, accounts, recordAudit }: Pick<SignInDeps, "session" | "accounts" | "recordAudit">,
  request: Request,
  { account, way }: { readonly account: Account; readonly way: SignInWay },
): Promise<void> {
  await session.signIn(request, account, way);
  await accounts.noteSignIn(account.name);
  await recordAudit(account, {
    what: way === "provider" ? "Signed in through the provider" : "Signed in",
  });
}

async function login(deps: SignInDeps, request: Request, response: Response): Promise<void> {
  try {
    await signIn(deps, request, response);
  } catch (error) {
    if (!wantsPage(request)) {
      throw error;
    }
    const { status, headers, body } = errorReply(knownError(error));
    const form = { note: body.error.message, ...formOf(request) };
    sendPage(response.set(headers), status, deps.pages.signIn(form));
    return;
  }
  answer(request, response);
}

async function signIn(deps: SignInDeps, request: Request, response: Response): Promise<void> {
  // Without a cookie there is no "unsaid" to fear, but nobody shall sign a browser in behind its back.
  if (requestOrigin(request, deps.publicUrl) === "foreign") {
    throw new CrossSiteError();
  }
  const isClosed = await isSignInClosed(deps);
  if (isClosed) {
    throw new SignInClosedError();
  }
  const secret = parseInput(loginSchema, request.body ?? {});
  const account = await deps.checkSignIn(request, secret);
  if (account === undefined) {
    throw new PasswordWrongError();
  }
  await deps.session.load(request, response);
  await admitOperator(deps, request, { account, way: "password" });
}

function answer(request: Request, response: Response): void {
  if (wantsPage(request)) {
    response.redirect(303, formOf(request).next);
  } else {
    response.status(204).end();
  }
}

/** A form is sent by a person, who wants to see something. */
function wantsPage(request: Request): boolean {
  return Boolean(request.is("urlencoded"));
}

/** A form that does not name a page of ours leads to the overview. */
function formOf(request: Request): { readonly next: string; readonly user: string | undefined } {
  const { next, user } = formSchema.parse(request.body ?? {});
  return { next: ownPage(next), user };
}

async function closedNote(deps: SignInDeps): Promise<string> {
  return (await isSignInClosed(deps)) ? new SignInClosedError().message : "";
}

/** Nobody has a password. */
async function isSignInClosed({ redis, adminPassword }: SignInDeps): Promise<boolean> {
  if (adminPassword !== undefined) {
    return false;
  }
  const people = await listPeople(redis);
  return ![...people.values()].some(({ passwordHash }) => passwordHash !== undefined);
}
