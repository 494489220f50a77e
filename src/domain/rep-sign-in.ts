import type { Rep } from "./rep.ts";

/**
 * Why Salesforce let somebody in and the bridge does not.
 *
 * stale: the code was used, too old, or not this sign-in's · other-org: a user of another organization ·
 * inactive: the user was deactivated.
 */
export type RepSignInRefusal = "stale" | "other-org" | "inactive";

/** How a rep's sign-in at Salesforce ended. */
export type RepSignIn =
  | { readonly kind: "signed-in"; readonly rep: Rep }
  | { readonly kind: "refused"; readonly why: RepSignInRefusal };

/** A sign-in that was begun: where the browser goes, and what the exchange of the code will need. */
export interface BegunSignIn {
  readonly url: string;
  /** The secret behind the challenge of RFC 7636; it never leaves the bridge before the exchange. */
  readonly codeVerifier: string;
}
