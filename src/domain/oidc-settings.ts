import type { OperatorRole } from "./operator.ts";

/** How operators sign in through an OpenID provider. */
export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Undefined for a public client; PKCE is used in any case. */
  readonly clientSecret: string | undefined;
  /** The claim that names the role; dots lead into objects. */
  readonly roleClaim: string;
  /** The role of who has none by the claim; undefined refuses them. */
  readonly defaultRole: OperatorRole | undefined;
  /** How long a sign-in counts before the provider is asked again. */
  readonly sessionMs: number;
}
