import type { IncomingMessage } from "node:http";
import { parse, serialize } from "cookie";
import { REP_SESSION_LIFE_SECONDS } from "../books/rep-session-book.ts";

const REP_COOKIE = "siro_bridge_rep";

/** The `Set-Cookie` value that signs a browser in, or keeps it signed in. */
export function repCookie(token: string, publicUrl: URL): string {
  return cookieOf(token, publicUrl, REP_SESSION_LIFE_SECONDS);
}

/** The `Set-Cookie` value that makes a browser forget its session. */
export function endedRepCookie(publicUrl: URL): string {
  return cookieOf("", publicUrl, 0);
}

/** The session token that a request carries; undefined when it has none. */
export function readRepCookie({ headers }: IncomingMessage): string | undefined {
  const token = parse(headers.cookie ?? "")[REP_COOKIE];
  return token === "" ? undefined : token;
}

function cookieOf(token: string, publicUrl: URL, maxAge: number): string {
  return serialize(REP_COOKIE, token, {
    httpOnly: true,
    // Lax: the rep may come from a mail or from Salesforce and is signed in at once.
    sameSite: "lax",
    secure: publicUrl.protocol === "https:",
    path: "/",
    maxAge,
  });
}
