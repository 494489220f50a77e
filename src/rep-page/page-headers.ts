import type { RequestHandler } from "express";

/** What every page for reps tells the browser; what it may load and run each page says by itself. */
export const PAGE_HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
} as const;

/** Lets browsers remember that the bridge is reached by https alone; says nothing where it is not. */
export function httpsOnly({ protocol }: URL): RequestHandler {
  return (_request, response, next) => {
    if (protocol === "https:") {
      response.set("strict-transport-security", "max-age=31536000");
    }
    next();
  };
}
