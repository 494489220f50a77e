import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import { z } from "zod";
import { CrossSiteError } from "../http/cross-site-error.ts";
import { errorReply } from "../http/error-reply.ts";
import { knownError } from "../http/error-responder.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import { isSameSecret } from "../http/is-same-secret.ts";
import { parseInput } from "../http/parse-input.ts";
import { requestOrigin } from "../http/request-origin.ts";
import { PasswordWrongError, SignInClosedError } from "./admin-errors.ts";
import type { OperatorSession } from "./operator-session.ts";
import { type AdminPages, APP_PATHS, ownPage, sendPage } from "./pages.ts";

/** What signing in and out needs from the world. */
export interface SignInDeps {
  readonly session: OperatorSession;
  readonly pages: AdminPages;
  readonly adminPassword: string | undefined;
  readonly publicUrl: URL;
  readonly loginFailures: FailureLimit;
  /** For signing out: signed in, and asked by the bridge's own page. */
  readonly guard: RequestHandler;
}

const BODY_BYTES = 4_096;
const loginSchema = z.object({ password: z.string().min(1).max(1_000) });
const nextSchema = z.object({ next: z.string().max(2_000).optional() });

/** Mounts the pages of the app, `/admin/login` and `/admin/logout`. */
export function mountSignIn(router: Router, deps: SignInDeps): void {
  const { session, pages, guard } = deps;
  router.get(APP_PATHS, async (request, response) => {
    await session.load(request, response);
    const form = { note: closedNote(deps), next: request.originalUrl };
    sendPage(response, 200, session.isSignedIn(request) ? pages.app : pages.signIn(form));
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
    answer(request, response);
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
    const form = { note: body.error.message, next: nextOf(request) };
    sendPage(response.set(headers), status, deps.pages.signIn(form));
    return;
  }
  answer(request, response);
}

async function signIn(deps: SignInDeps, request: Request, response: Response): Promise<void> {
  const { adminPassword, loginFailures, session, publicUrl } = deps;
  // Without a cookie there is no "unsaid" to fear, but nobody shall sign a browser in behind its back.
  if (requestOrigin(request, publicUrl) === "foreign") {
    throw new CrossSiteError();
  }
  if (adminPassword === undefined) {
    throw new SignInClosedError();
  }
  const { password } = parseInput(loginSchema, request.body ?? {});
  const isRight = await loginFailures.guard(request, async () =>
    isSameSecret(password, adminPassword) ? true : undefined,
  );
  if (isRight === undefined) {
    throw new PasswordWrongError();
  }
  await session.load(request, response);
  await session.signIn(request);
}

function answer(request: Request, response: Response): void {
  if (wantsPage(request)) {
    response.redirect(303, nextOf(request));
  } else {
    response.status(204).end();
  }
}

/** A form is sent by a person, who wants to see something. */
function wantsPage(request: Request): boolean {
  return Boolean(request.is("urlencoded"));
}

/** A form that does not name a page of ours leads to the overview. */
function nextOf(request: Request): string {
  const form = nextSchema.safeParse(request.body ?? {});
  return ownPage(form.data?.next);
}

function closedNote({ adminPassword }: SignInDeps): string {
  return adminPassword === undefined ? new SignInClosedError().message : "";
}
