import type { IncomingMessage } from "node:http";

/** Where a browser says a request comes from; `unsaid` by anything that is no modern browser. */
export type RequestOrigin = "own" | "foreign" | "unsaid";

/**
 * Reads where a request comes from.
 *
 * `Sec-Fetch-Site` decides where it is sent: no page can forge it. Else `Origin` must be the bridge's public
 * address or the host it was called by; behind a proxy the two differ.
 */
export function requestOrigin({ headers }: IncomingMessage, publicUrl: URL): RequestOrigin {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) {
    return site === "same-origin" || site === "none" ? "own" : "foreign";
  }
  const { origin, host } = headers;
  if (origin === undefined) {
    return "unsaid";
  }
  const isCalledHost = URL.canParse(origin) && new URL(origin).host === host;
  return origin === publicUrl.origin || isCalledHost ? "own" : "foreign";
}

/** Says whether a request may change something. */
export function isChange({ method }: IncomingMessage): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}
