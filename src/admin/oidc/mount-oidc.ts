import type { Request, Response, Router } from "express";
import type { Redis } from "ioredis";
import { changePeople, type Person } from "../../books/operator-book.ts";
import { endOperatorSessions } from "../../books/operator-session-book.ts";
import {
  type PendingOperatorSignIn,
  PROVIDER_SIGN_IN_SECONDS,
  rememberOperatorSignIn,
  takeOperatorSignIn,
} from "../../books/operator-sign-in-book.ts";
import type { OidcSettings } from "../../domain/oidc-settings.ts";
import { createClientAddress } from "../../http/client-address.ts";
import { errorReply } from "../../http/error-reply.ts";
import { knownError } from "../../http/error-responder.ts";
import { clientKey, createExactFailureLimit } from "../../http/failure-limit.ts";
import { OperatorUnknownError } from "../admin-errors.ts";
import type { Account } from "../operator-accounts.ts";
import { type AdminPages, leadOnPage, ownPage, sendPage } from "../pages.ts";
import { admitOperator, type SignInDeps } from "../sign-in-routes.ts";
import { isSameBrowser, oidcCookies } from "./oidc-cookie.ts";
import { ProviderSignInStaleError } from "./oidc-errors.ts";
import { openProvider, type Provider } from "./open-provider.ts";
import { providerPerson } from "./provider-person.ts";

/** What signing in through a provider needs from the world. */
export interface OidcDeps
  extends Pick<SignInDeps, "session" | "accounts" | "recordAudit" | "publicUrl"> {
  readonly redis: Redis;
  readonly pages: AdminPages;
  readonly nowMs: () => number;
  readonly settings: OidcSettings;
  readonly trustedProxies: readonly string[];
  /** Hears of errors nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/** Every sign-in that begins is kept for ten minutes: a stranger must not fill the store with them. */
const BEGUN = { limit: "provider-sign-ins", windowMs: 60_000, failures: 120 };

/**
 * Mounts the way to the OpenID provider and the way back.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function mountOidc(router: Router, deps: OidcDeps): void {
  const provider = openProvider(deps.settings);
  const clients = createClientAddress(deps.trustedProxies);
  const begun = createExactFailureLimit({ ...deps, ...BEGUN });
  router.get("/admin/oidc/sign-in", (request, response) =>
    orForm(deps, response, async () => {
      // Each one counts, over all processes: whether it comes to its end is not known here.
      await begun.guard(clientKey(clients, request), async () => {
        await begin(deps, provider, { request, response });
        return undefined;
      });
    }),
  );
  router.get("/admin/oidc/return", (request, response) =>
    orForm(deps, response, () => finish(deps, provider, { request, response })),
  );
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

async function begin(
  { redis, session, publicUrl, nowMs }: OidcDeps,
  provider: Provider,
  { request, response }: Exchange,
): Promise<void> {
  const { url, state, nonce, codeVerifier } = await provider.begin(returnAddress(publicUrl));
  await session.load(request, response);
  await rememberOperatorSignIn(redis, state, {
    nonce,
    codeVerifier,
    next: ownPage(queryText(request, "next")),
    // The strict cookie does not come along on the way back.
    lapsed: await session.lapsed(request),
    expiresAtMs: nowMs() + PROVIDER_SIGN_IN_SECONDS * 1000,
  });
  response.set("set-cookie", [...oidcCookies(request, state, publicUrl)]).redirect(302, url);
}

async function finish(
  deps: OidcDeps,
  provider: Provider,
  { request, response }: Exchange,
): Promise<void> {
  const { redis, settings, session, publicUrl, nowMs } = deps;
  const state = queryText(request, "state");
  const pending = isSameBrowser(request, state)
    ? await takeOperatorSignIn(redis, state, nowMs())
    : undefined;
  if (pending === undefined) {
    throw new ProviderSignInStaleError();
  }
  await endLapsed(redis, pending);
  const cameTo = returnAddress(publicUrl);
  cameTo.search = new URL(request.originalUrl, publicUrl).search;
  const claims = await provider.finish(cameTo, { state, ...pending });
  let before: Person | undefined;
  const { save } = await changePeople(redis, (people) => {
    const change = providerPerson(people, claims, { settings, nowMs: nowMs() });
    before = people.get(change.save.name);
    return change;
  });
  await recordRole(deps, before, save);
  await session.load(request, response);
  const account = await accountOf(deps, save.name);
  await admitOperator(deps, request, { account, way: "provider" });
  sendPage(response, 200, leadOnPage(pending.next));
}

/** Whatever the provider says now, the session of its old word is over; so a "no" leads to the form, not here again. */
async function endLapsed(redis: Redis, { lapsed }: PendingOperatorSignIn): Promise<void> {
  if (lapsed !== undefined) {
    await endOperatorSessions(redis, lapsed.name, ({ id }) => id === lapsed.id);
  }
}

/** Nobody here gave the role, and yet it can be accounted for. */
async function recordRole(
  { recordAudit }: OidcDeps,
  before: Person | undefined,
  after: Person,
): Promise<void> {
  if (before?.role !== after.role) {
    await recordAudit(after, {
      what: "Got a role from the provider",
      subject: after.name,
      ...(before === undefined ? {} : { before: { role: before.role } }),
      after: { role: after.role },
    });
  }
}

async function accountOf({ accounts }: OidcDeps, name: string): Promise<Account> {
  const account = await accounts.find(name);
  if (account === undefined) {
    // Taken out of the book in the same moment.
    throw new OperatorUnknownError();
  }
  return account;
}

/** A person is here, not a program: what goes wrong is told above the form. */
async function orForm(
  { pages, report }: OidcDeps,
  response: Response,
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    const { status, headers, body } = errorReply(knownError(error));
    if (status === 500) {
      report(error);
    }
    const form = { note: body.error.message, next: "/admin" };
    sendPage(response.set(headers), status, pages.signIn(form));
  }
}

function returnAddress(publicUrl: URL): URL {
  return new URL("/admin/oidc/return", publicUrl);
}

function queryText({ query }: Request, name: string): string {
  const value = query[name];
  return typeof value === "string" ? value : "";
}
