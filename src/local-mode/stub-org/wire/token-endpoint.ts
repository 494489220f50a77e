import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { AuthorizationCodes, CodeGrant } from "./authorization-codes.ts";
import { checkAssertion } from "./jwt-assertion.ts";
import { OAuthRefusal } from "./oauth-refusal.ts";
import type { SessionHolder, Sessions } from "./sessions.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** The External Client App of the org, and who may use it. */
export interface ClientApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user a JWT names and client credentials run as. */
  readonly username: string;
  /** PEM of the public key or certificate; without it no assertion is believed. */
  readonly publicKey: string | undefined;
  /** The audiences an assertion may have; the org's own URL is one in any case. */
  readonly audiences: readonly string[];
  /** Off: "no client credentials user enabled". */
  readonly hasClientCredentialsUser: boolean;
  /** Off: "user hasn't approved this consumer". */
  readonly isUserApproved: boolean;
  /** Where users may be sent back to with a code; compared as a whole. */
  readonly callbackUrls: readonly string[];
  /** Off: a code is exchanged without the secret. */
  readonly isSecretRequired: boolean;
}

/** A token request with what answering it needs. */
export interface TokenRequest {
  readonly app: ClientApp;
  readonly sessions: Sessions;
  readonly codes: AuthorizationCodes;
  readonly organizationId: string;
  /** The integration user. */
  readonly userId: string;
  readonly isActiveUser: (userId: string) => boolean;
  /** Where the request arrived, and the audience that the org calls itself. */
  readonly orgUrl: string;
  /** Where the new session counts. */
  readonly instanceUrl: string;
  readonly nowMs: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Answers `POST /services/oauth2/token`.
 *
 * @throws {OAuthRefusal} when no token is given.
 */
export function giveToken(request: TokenRequest): object {
  const form = new URLSearchParams(request.body);
  switch (form.get("grant_type")) {
    case JWT_BEARER:
      checkJwt(request, form);
      return tokenAnswer(request, { userId: request.userId, scope: "api" });
    case "client_credentials":
      checkClient(request, form);
      return tokenAnswer(request, { userId: request.userId, scope: "api" });
    case "authorization_code":
      return tokenAnswer(request, holderByCode(request, form));
    default:
      throw new OAuthRefusal("unsupported_grant_type", "grant type not supported");
  }
}

function checkJwt({ app, orgUrl, nowMs }: TokenRequest, form: URLSearchParams): void {
  checkAssertion(form.get("assertion") ?? "", {
    clientId: app.clientId,
    usernames: app.isUserApproved ? [app.username] : [],
    audiences: [orgUrl, ...app.audiences],
    publicKey: app.publicKey,
    nowMs,
  });
}

function checkClient(request: TokenRequest, form: URLSearchParams): void {
  checkPair(request, form, true);
  if (!request.app.hasClientCredentialsUser) {
    throw new OAuthRefusal("invalid_grant", "no client credentials user enabled");
  }
}

function checkPair(
  { app, headers }: TokenRequest,
  form: URLSearchParams,
  isSecretRequired: boolean,
): void {
  const [clientId, clientSecret] = basicPair(headers.authorization) ?? [
    form.get("client_id"),
    form.get("client_secret"),
  ];
  if (clientId !== app.clientId) {
    throw new OAuthRefusal("invalid_client_id", "client identifier invalid");
  }
  if (clientSecret === null ? isSecretRequired : clientSecret !== app.clientSecret) {
    throw new OAuthRefusal("invalid_client", "invalid client credentials");
  }
}

function holderByCode(request: TokenRequest, form: URLSearchParams): SessionHolder {
  const { app, codes, nowMs, isActiveUser } = request;
  checkPair(request, form, app.isSecretRequired);
  const grant = codes.take(form.get("code") ?? "", nowMs);
  if (grant === undefined) {
    throw new OAuthRefusal("invalid_grant", "expired authorization code");
  }
  checkGrant(grant, form);
  if (!isActiveUser(grant.userId)) {
    throw new OAuthRefusal("inactive_user", "user is inactive");
  }
  return grant;
}

function checkGrant({ redirectUri, codeChallenge }: CodeGrant, form: URLSearchParams): void {
  if (form.get("redirect_uri") !== redirectUri) {
    throw new OAuthRefusal("redirect_uri_mismatch", "redirect_uri must match configuration");
  }
  const verifier = form.get("code_verifier") ?? "";
  if (createHash("sha256").update(verifier).digest("base64url") !== codeChallenge) {
    throw new OAuthRefusal("invalid_grant", "invalid code verifier");
  }
}

function basicPair(authorization: string | undefined): readonly [string, string] | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) {
    return undefined;
  }
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}

function tokenAnswer(request: TokenRequest, holder: SessionHolder): object {
  const { app, sessions, organizationId, instanceUrl, nowMs } = request;
  const { userId, scope } = holder;
  const id = `${instanceUrl}/id/${organizationId}/${userId}`;
  const issuedAt = String(nowMs);
  return {
    access_token: sessions.open(organizationId, instanceUrl, { userId, scope }),
    signature: createHmac("sha256", app.clientSecret)
      .update(id + issuedAt)
      .digest("base64"),
    scope,
    instance_url: instanceUrl,
    id,
    token_type: "Bearer",
    issued_at: issuedAt,
  };
}
