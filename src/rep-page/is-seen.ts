import type { Request } from "express";

/** Programs that fetch links to scan them or to draw a preview; a brand of phones ends in "bot", too. */
const PROGRAMS = new RegExp(
  [
    "(?<!cu)bot\\b|crawler|spider|preview|scanner|facebookexternalhit|whatsapp",
    "mimecast|barracuda|proofpoint|safelinks|google-safety|ms-?office|microsoft office",
  ].join("|"),
  "i",
);

/** The names that the usual libraries and tools give themselves; scanners are built on them, and so are scripts. */
const LIBRARIES =
  /\b(curl|wget|python[\w-]*|go-http-client|java|java-http-client|apache-httpclient|okhttp|axios|dalvik|cfnetwork)\//i;

type Look = Pick<Request, "method" | "get">;

/** Says whether a mail scanner or a link preview looks, which shows or keeps what it finds. */
export function isProgram(request: Pick<Look, "get">): boolean {
  return PROGRAMS.test(agentOf(request));
}

/**
 * Says whether a person seems to look: mail scanners, link previews, scripts and browsers that fetch ahead do not
 * count.
 *
 * Only a program that gives its name is told from a person; one that gives none, or poses as a browser, cannot be.
 */
export function isSeen(request: Look): boolean {
  const purpose = request.get("sec-purpose") ?? request.get("purpose") ?? "";
  const isPrefetch = purpose.includes("prefetch");
  const isScript = LIBRARIES.test(agentOf(request));
  return request.method !== "HEAD" && !isPrefetch && !isScript && !isProgram(request);
}

function agentOf(request: Pick<Look, "get">): string {
  return request.get("user-agent") ?? "";
}
