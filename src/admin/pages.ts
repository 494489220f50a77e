import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RequestHandler, Response } from "express";
import helmet from "helmet";
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
  "/admin/failures",
];

/** What the form for signing in says and where it leads; both are plain text. */
export interface SignInForm {
  /** Stands above the form; empty for none. */
  readonly note: string;
  /** The page that was asked for. */
  readonly next: string;
}

/** The operators' pages as HTML. */
export interface AdminPages {
  /** What a signed-in operator sees; its script asks the API for everything. */
  readonly app: string;
  readonly signIn: (form: SignInForm) => string;
}

/** Reads the pages once. */
export function readPages(dir: string): AdminPages {
  const app = readFileSync(`${dir}/index.html`, "utf8");
  const form = readFileSync(`${dir}/sign-in.html`, "utf8");
  return {
    app,
    signIn: ({ note, next }) =>
      form
        .replace("<!--note-->", () =>
          note === "" ? "" : `<p class="note bad" role="alert">${escapeHtml(note)}</p>`,
        )
        .replace("<!--next-->", () => {
          const page = ownPage(next);
          return page === "/admin"
            ? ""
            : `<input type="hidden" name="next" value="${escapeHtml(page)}">`;
        }),
  };
}

/** The page to go to after signing in: one of the operators' own, or the overview. */
export function ownPage(next: string | undefined): string {
  return next !== undefined && OWN_PAGE.test(next) ? next : "/admin";
}

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
