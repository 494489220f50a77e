import type { IncomingMessage } from "node:http";
import { parse, serialize } from "cookie";
import { SIGN_IN_LIFE_SECONDS } from "../books/rep-sign-in-book.ts";
import { isSameSecret } from "../http/is-same-secret.ts";

const SIGN_IN_COOKIE = "siro_bridge_sign_in";

/**
 * The `Set-Cookie` value that ties a sign-in to the browser it was begun in.
 *
 * Nobody takes it back: what it holds works once, and for ten minutes.
 */
export function signInCookie(state: string, publicUrl: URL): string {
  return serialize(SIGN_IN_COOKIE, state, {
    httpOnly: true,
    // Lax: the browser comes back from Salesforce, and must bring it along.
    sameSite: "lax",
    secure: publicUrl.protocol === "https:",
    path: "/rep/sign-in",
    maxAge: SIGN_IN_LIFE_SECONDS,
  });
}

/**
 * Says whether a callback arrives in the browser in which its sign-in was begun.
 *
 * Without this somebody could send a rep a callback of their own, and the rep would work in a stranger's name.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.7
 */
export function isFromSameBrowser({ headers }: IncomingMessage, state: string): boolean {
  const kept = parse(headers.cookie ?? "")[SIGN_IN_COOKIE] ?? "";
  return state !== "" && isSameSecret(state, kept);
}
