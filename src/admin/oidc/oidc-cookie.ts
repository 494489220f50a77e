import type { IncomingMessage } from "node:http";
import { parse, serialize } from "cookie";
import { PROVIDER_SIGN_IN_SECONDS } from "../../books/operator-sign-in-book.ts";
import { isSameSecret } from "../../http/is-same-secret.ts";

const COOKIE = "siro_bridge_oidc";

/** The `Set-Cookie` value that ties a sign-in to the browser it was begun in; what it holds works once. */
export function oidcCookie(state: string, publicUrl: URL): string {
  return serialize(COOKIE, state, {
    httpOnly: true,
    // Lax: the browser comes back from the provider, and must bring it along; the session's cookie stays strict.
    sameSite: "lax",
    secure: publicUrl.protocol === "https:",
    path: "/admin/oidc",
    maxAge: PROVIDER_SIGN_IN_SECONDS,
  });
}

/**
 * Says whether somebody comes back in the browser in which the sign-in was begun.
 *
 * Without this a stranger could send an operator a way back of their own, and the operator would work in the
 * stranger's name.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.7
 */
export function isSameBrowser({ headers }: IncomingMessage, state: string): boolean {
  const kept = parse(headers.cookie ?? "")[COOKIE] ?? "";
  return state !== "" && isSameSecret(state, kept);
}
