import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { checkAssertion } from "./jwt-assertion.ts";
import { OAuthRefusal } from "./oauth-refusal.ts";
import type { Sessions } from "./sessions.ts";

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
}

/** A token request with what answering it needs. */
export interface TokenRequest {
  readonly app: ClientApp;
  readonly sessions: Sessions;
  readonly organizationId: string;
  readonly userId: string;
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
      break;
    case "client_credentials":
      checkClient(request, form);
      break;
    default:
      throw new OAuthRefusal("unsupported_grant_type", "grant type not supported");
  }
  return tokenAnswer(request);
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

function checkClient({ app, headers }: TokenRequest, form: URLSearchParams): void {
  const [clientId, clientSecret] = basicPair(headers.authorization) ?? [
    form.get("client_id"),
    form.get("client_secret"),
  ];
  if (clientId !== app.clientId) {
    throw new OAuthRefusal("invalid_client_id", "client identifier invalid");
  }
  if (clientSecret !== app.clientSecret) {
    throw new OAuthRefusal("invalid_client", "invalid client credentials");
  }
  if (!app.hasClientCredentialsUser) {
    throw new OAuthRefusal("invalid_grant", "no client credentials user enabled");
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

function tokenAnswer(request: TokenRequest): object {
  const { app, sessions, organizationId, userId, instanceUrl, nowMs } = request;
  const id = `${instanceUrl}/id/${organizationId}/${userId}`;
  const issuedAt = String(nowMs);
  return {
    access_token: sessions.open(organizationId, instanceUrl),
    signature: createHmac("sha256", app.clientSecret)
      .update(id + issuedAt)
      .digest("base64"),
    scope: "api",
    instance_url: instanceUrl,
    id,
    token_type: "Bearer",
    issued_at: issuedAt,
  };
}
