import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RequestHandler, Response } from "express";
import helmet from "helmet";
import { escapeHtml } from "../http/escape-html.ts";

/** Where the page's files lie. */
export const PAGE_DIR = fileURLToPath(new URL("./page", import.meta.url));

/** The operators' pages as HTML. */
export interface AdminPages {
  /** What a signed-in operator sees; its script asks the API for everything. */
  readonly app: string;
  /** The form, with a note above it; plain text, empty for none. */
  readonly signIn: (note: string) => string;
}

/** Reads the pages once. */
export function readPages(): AdminPages {
  const app = readFileSync(`${PAGE_DIR}/index.html`, "utf8");
  const form = readFileSync(`${PAGE_DIR}/sign-in.html`, "utf8");
  return {
    app,
    signIn: (note) =>
      form.replace("<!--note-->", () =>
        note === "" ? "" : `<p class="note" role="alert">${escapeHtml(note)}</p>`,
      ),
  };
}

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
