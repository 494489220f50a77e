import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RequestHandler, Response } from "express";
import helmet from "helmet";
import { FIRST_ADMIN } from "../domain/operator.ts";
import { escapeHtml } from "../http/escape-html.ts";

/** Where the page's files lie once they are built. */
export const PAGE_DIR = fileURLToPath(new URL("./page", import.meta.url));

/** Where the app shows a page of its own: the same HTML for all, its script reads the address. */
export const APP_PATHS = [
  "/admin",
  "/admin/appointments",
  "/admin/appointments/:connection/:recordId",
  "/admin/parked",
  "/admin/reps",
  "/admin/coverage",
  "/admin/what-if",
  "/admin/failures",
  "/admin/connections",
  "/admin/connections/:name",
  "/admin/connections/:name/edit",
  "/admin/new-connection",
  "/admin/people",
  "/admin/account",
  "/admin/audit",
];

/** What the form for signing in says and where it leads; both are plain text. */
export interface SignInForm {
  /** Stands above the form; empty for none. */
  readonly note: string;
  /** The page that was asked for. */
  readonly next: string;
  /** The user name that was typed before. */
  readonly user?: string | undefined;
}

/** The operators' pages as HTML. */
export interface AdminPages {
  /** What a signed-in operator sees; its script asks the API for everything. */
  readonly app: string;
  readonly signIn: (form: SignInForm) => string;
}

/** Reads the pages once; `providerName` is what the OpenID provider is called, where there is one. */
export function readPages(dir: string, providerName?: string): AdminPages {
  const app = readFileSync(`${dir}/index.html`, "utf8");
  const form = readFileSync(`${dir}/sign-in.html`, "utf8");
  return {
    app,
    signIn: ({ note, next, user = FIRST_ADMIN }) =>
      form
        .replace("<!--note-->", () =>
          note === "" ? "" : `<p class="note bad" role="alert">${escapeHtml(note)}</p>`,
        )
        .replace("<!--next-->", () => nextField(ownPage(next)))
        .replace("<!--user-->", () => escapeHtml(user))
        .replace("<!--provider-->", () => providerWay(providerName, ownPage(next))),
  };
}

/**
 * A page that leads on by itself.
 *
 * A redirect would not do: who comes from another site has their strict cookie left out until a page of ours asks.
 */
export function leadOnPage(next: string): string {
  const page = escapeHtml(ownPage(next));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signed in · Siro Bridge</title>
<meta http-equiv="refresh" content="0;url=${page}"><link rel="stylesheet" href="/admin/page/style.css">
</head><body class="lone"><main><h1>You are signed in</h1><p><a href="${page}">Go on</a></p></main></body></html>`;
}

function nextField(page: string): string {
  return page === "/admin" ? "" : `<input type="hidden" name="next" value="${escapeHtml(page)}">`;
}

function providerWay(name: string | undefined, page: string): string {
  if (name === undefined) {
    return "";
  }
  return `<a class="small" href="${escapeHtml(providerAddress(page))}">Sign in with ${escapeHtml(name)}</a>`;
}

/** Where the way to the provider begins that leads back to a page of ours. */
export function providerAddress(page: string): string {
  return `/admin/oidc/sign-in?${new URLSearchParams({ next: ownPage(page) })}`;
}

/** The page to go to after signing in: one of the operators' own, or the overview. */
export function ownPage(next: string | undefined): string {
  const isOwn = next !== undefined && next.length <= LONGEST_PAGE && OWN_PAGE.test(next);
  return isOwn && !leadsToProvider(next) ? next : "/admin";
}

/** The way to the provider as the next page would lead around in a circle; judged as browser and router read paths. */
function leadsToProvider(page: string): boolean {
  const { pathname } = new URL(page, "http://bridge.invalid");
  return pathname.toLowerCase().startsWith("/admin/oidc/");
}

/** Where a sign-in leads is kept while it is under way. */
const LONGEST_PAGE = 2_000;

/** A path of ours with its filters, in the letters that addresses are made of; never another host. */
const OWN_PAGE = /^\/admin(?:[/?][\w\-./?&=%+~@:,*]*)?$/;

/** Lets the built files be asked about each time, and sent again only when they changed. */
export const checkAgain = (response: Response) => {
  response.setHeader("cache-control", "no-cache");
};

/** Sends one page. */
export function sendPage(response: Response, status: number, html: string): void {
  response.status(status).type("html").send(html);
}

/** The headers of the operators' own pages and of the API: nothing from elsewhere, nothing inline, never stored. */
export function pageHeaders(publicUrl: URL): readonly RequestHandler[] {
  return [securityHeaders(publicUrl, ["'self'"]), noStore];
}

/** The headers of bull-board's pages; it styles by attribute. Its fonts from elsewhere stay out. */
export function queuePageHeaders(publicUrl: URL): readonly RequestHandler[] {
  return [securityHeaders(publicUrl, ["'self'", "'unsafe-inline'"]), noStore];
}

function securityHeaders(publicUrl: URL, styles: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'self'"],
        "style-src": [...styles],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
      },
    },
    // With "no-referrer" a form's Origin would be "null", and the check of it would fail.
    referrerPolicy: { policy: "same-origin" },
    strictTransportSecurity: publicUrl.protocol === "https:",
    xFrameOptions: { action: "deny" },
  });
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};
