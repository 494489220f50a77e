import type { Request } from "express";

/** Programs that fetch links to scan them or to draw a preview; a brand of phones ends in "bot", too. */
const PROGRAMS =
  /(?<!cu)bot\b|crawler|spider|preview|facebookexternalhit|whatsapp|mimecast|barracuda/i;

/**
 * Says whether a person seems to look: mail scanners, link previews and browsers that fetch ahead do not count.
 *
 * Scanners that pose as a browser cannot be told from one.
 */
export function isSeen(request: Pick<Request, "method" | "get">): boolean {
  const purpose = request.get("sec-purpose") ?? request.get("purpose") ?? "";
  const agent = request.get("user-agent") ?? "";
  return request.method !== "HEAD" && !purpose.includes("prefetch") && !PROGRAMS.test(agent);
}
