import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { OidcSettings } from "../../domain/oidc-settings.ts";
import {
  ProviderDeniedError,
  ProviderSignInStaleError,
  ProviderUnavailableError,
  ProviderUntrustedError,
} from "./oidc-errors.ts";

const TIMEOUT_SECONDS = 10;

/** A sign-in as it begins: where to send the browser, and what to know when it comes back. */
export interface BegunProviderSignIn {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** What must fit when the browser comes back. */
export interface ProviderChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** What the provider vouches for. */
export type ProviderClaims = Readonly<Record<string, unknown>> & {
  readonly iss: string;
  readonly sub: string;
};

/** The OpenID provider, as far as signing operators in goes. */
export interface Provider {
  begin(redirectUri: URL): Promise<BegunProviderSignIn>;
  /** Exchanges the code of the address that the browser came back to, and checks the answer. */
  finish(cameTo: URL, checks: ProviderChecks): Promise<ProviderClaims>;
}

/** Opens the provider; it is asked who it is when the first person signs in, and again until it says so. */
export function openProvider(settings: OidcSettings): Provider {
  let known: Promise<Configuration> | undefined;
  const configuration = () => {
    known ??= discover(settings).catch((cause) => {
      known = undefined;
      throw new ProviderUnavailableError({ cause });
    });
    return known;
  };
  return {
    begin: async (redirectUri) => begin(await configuration(), redirectUri),
    finish: async (cameTo, checks) => finish(await configuration(), cameTo, checks),
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  const proof = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
  return discovery(issuer, clientId, undefined, proof, {
    timeout: TIMEOUT_SECONDS,
    // The library trusts the TLS connection that an id token came over; its signature is checked here as well.
    execute: [
      enableNonRepudiationChecks,
      // Settings allow http for this machine alone.
      ...(issuer.protocol === "http:" ? [allowInsecureRequests] : []),
    ],
  });
}

async function begin(configuration: Configuration, redirectUri: URL): Promise<BegunProviderSignIn> {
  const secrets = {
    state: randomState(),
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
  };
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri.href,
    scope: "openid profile email",
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: "S256",
  });
  return { url: url.href, ...secrets };
}

async function finish(
  configuration: Configuration,
  cameTo: URL,
  { state, nonce, codeVerifier }: ProviderChecks,
): Promise<ProviderClaims> {
  try {
    const answer = await authorizationCodeGrant(configuration, cameTo, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = answer.claims();
    if (claims === undefined) {
      throw new ProviderUntrustedError();
    }
    return claims;
  } catch (error) {
    throw refusalOf(error);
  }
}

/** What broke on the way there, by what the library throws; what it says may quote the answer, so it stays inside. */
function refusalOf(cause: unknown): unknown {
  if (cause instanceof AuthorizationResponseError) {
    return new ProviderDeniedError({ cause });
  }
  if (cause instanceof ResponseBodyError) {
    return cause.error === "invalid_grant"
      ? new ProviderSignInStaleError({ cause })
      : new ProviderUnavailableError({ cause });
  }
  if (cause instanceof ClientError) {
    const isAway = UNREACHED.has(cause.code ?? "");
    return isAway ? new ProviderUnavailableError({ cause }) : new ProviderUntrustedError({ cause });
  }
  // What fetch throws when nobody answers.
  return cause instanceof TypeError ? new ProviderUnavailableError({ cause }) : cause;
}

const UNREACHED: ReadonlySet<string> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
]);
