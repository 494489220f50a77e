import { RequestError } from "../../http/request-error.ts";

/** The OpenID provider cannot be asked just now, or its address leads to none. */
export class ProviderUnavailableError extends RequestError {
  override readonly name = "ProviderUnavailableError";
  override readonly code = "OIDC_UNAVAILABLE";
  override readonly retry = "later";
  override readonly status = 503;

  constructor(options?: ErrorOptions) {
    super("The sign-in provider does not answer as it should; try again in a minute", options);
  }
}

/** The sign-in was used before, took too long, or was begun in another browser. */
export class ProviderSignInStaleError extends RequestError {
  override readonly name = "ProviderSignInStaleError";
  override readonly code = "OIDC_STALE";
  override readonly retry = "never";
  override readonly status = 400;

  constructor(options?: ErrorOptions) {
    super(
      "This sign-in has expired: it was used before, took longer than ten minutes, or was begun in another browser. Begin anew",
      options,
    );
  }
}

/** The provider says no. */
export class ProviderDeniedError extends RequestError {
  override readonly name = "ProviderDeniedError";
  override readonly code = "OIDC_DENIED";
  override readonly retry = "never";
  override readonly status = 403;

  constructor(options?: ErrorOptions) {
    super(
      "The sign-in provider did not let you in; you declined, or may not use this app",
      options,
    );
  }
}

/** What the provider's answer says cannot be trusted: signature, issuer, audience, time or nonce is wrong. */
export class ProviderUntrustedError extends RequestError {
  override readonly name = "ProviderUntrustedError";
  override readonly code = "OIDC_UNTRUSTED";
  override readonly retry = "never";
  override readonly status = 403;

  constructor(options?: ErrorOptions) {
    super(
      "The answer of the sign-in provider could not be trusted, so nobody was signed in",
      options,
    );
  }
}

/** The provider knows who it is, and nothing says what they may do here. */
export class ProviderRoleMissingError extends RequestError {
  override readonly name = "ProviderRoleMissingError";
  override readonly code = "OIDC_ROLE_MISSING";
  override readonly retry = "never";
  override readonly status = 403;

  constructor(roleClaim: string) {
    super(
      `The sign-in provider gives you no role here: ask for viewer, operator or admin in its claim ${roleClaim}`,
    );
  }
}

/** Somebody else has the user name that the provider tells, or it tells none that can be one here. */
export class ProviderNameError extends RequestError {
  override readonly name = "ProviderNameError";
  override readonly code = "OIDC_NAME_TAKEN";
  override readonly retry = "never";
  override readonly status = 409;

  constructor() {
    super(
      "The user name that the sign-in provider tells is taken here, or cannot be used here; ask an admin to look under People",
    );
  }
}
