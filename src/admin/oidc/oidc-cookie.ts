import type { IncomingMessage } from "node:http";
import { parse, serialize } from "cookie";
import { PROVIDER_SIGN_IN_SECONDS } from "../../books/operator-sign-in-book.ts";
import { isSameSecret } from "../../http/is-same-secret.ts";

const COOKIE = "siro_bridge_oidc_";
const OURS = /^siro_bridge_oidc_[\w-]{1,8}$/;
/** As many windows of one browser can be on their way; more cookies would soon fill the head of a request. */
const MOST_UNDER_WAY = 10;

/**
 * The `Set-Cookie` values that tie a sign-in to the browser it was begun in; what is held works once.
 *
 * Each sign-in has a cookie of its own: windows that renew in the same moment do not know of each other yet.
 */
export function oidcCookies(
  { headers }: IncomingMessage,
  state: string,
  publicUrl: URL,
): readonly string[] {
  const options = {
    httpOnly: true,
    // Lax: the browser comes back from the provider, and must bring it along; the session's cookie stays strict.
    sameSite: "lax",
    secure: publicUrl.protocol === "https:",
    path: "/admin/oidc",
  } as const;
  const names = Object.keys(parse(headers.cookie ?? "")).filter((name) => OURS.test(name));
  // Browsers name the oldest first.
  const tooMany = names.slice(0, Math.max(0, names.length + 1 - MOST_UNDER_WAY));
  return [
    serialize(cookieOf(state), state, { ...options, maxAge: PROVIDER_SIGN_IN_SECONDS }),
    ...tooMany.map((name) => serialize(name, "", { ...options, maxAge: 0 })),
  ];
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
  const kept = parse(headers.cookie ?? "")[cookieOf(state)] ?? "";
  return state !== "" && isSameSecret(state, kept);
}

/** A few letters of the state tell the cookies apart; they do not open anything. */
function cookieOf(state: string): string {
  return `${COOKIE}${state.slice(0, 8)}`;
}
