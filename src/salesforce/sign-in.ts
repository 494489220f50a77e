import { createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { serviceUrlSchema } from "../domain/service-url.ts";
import { errorCode } from "../error-code.ts";
import { jwtAssertion } from "./jwt-assertion.ts";
import { callOrg, noReplyText, type OrgReply } from "./org-call.ts";
import { OrgAccessError, OrgUnavailableError } from "./org-errors.ts";
import { readJson } from "./read-reply.ts";
import { signInFailure } from "./sign-in-failure.ts";

/** How the bridge is known to an org, and where. */
export type OrgSettings = NonNullable<Connection["salesforce"]>;

/** A signed-in session; the instance may be another than the configured one. */
export interface Session {
  readonly instanceUrl: string;
  readonly accessToken: string;
  /** Who is signed in; undefined when the org did not say. */
  readonly identity: SessionIdentity | undefined;
}

/** The user of a session and the org that user is in. */
export interface SessionIdentity {
  readonly organizationId: string;
  readonly userId: string;
}

/** What a sign-in needs from the world. */
export interface SignInDeps {
  readonly org: string;
  readonly settings: OrgSettings;
  readonly nowMs: () => Promise<number>;
  readonly timeoutMs: number;
  readonly readKeyFile: (path: string) => Promise<string>;
}

const tokenSchema = z.object({
  access_token: z.string().min(1),
  instance_url: serviceUrlSchema,
  /** The identity URL: `…/id/<organization>/<user>`. */
  id: z.string().optional(),
});

const IDENTITY = /\/id\/(00D[A-Za-z0-9]{12,15})\/(005[A-Za-z0-9]{12,15})$/;

/**
 * Signs in with client credentials or a JWT bearer assertion; neither gives a refresh token.
 *
 * @throws {OrgAccessError} when the org refuses the credentials, or the key cannot be used.
 * @throws {OrgUnavailableError} when it gives no usable answer.
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm
 */
export async function signIn(deps: SignInDeps): Promise<Session> {
  const reply = await postForm(deps, await formOf(deps));
  const token = reply.statusCode === 200 ? tokenSchema.safeParse(readJson(reply)) : undefined;
  if (token?.success === true) {
    const { access_token: accessToken, instance_url: instanceUrl, id } = token.data;
    return { accessToken, instanceUrl, identity: identityOf(id) };
  }
  throw signInFailure(deps.org, reply);
}

/** Reads the ids out of an identity URL; undefined when it is none. */
export function identityOf(url: string | undefined): SessionIdentity | undefined {
  const [, organizationId, userId] = IDENTITY.exec(url ?? "") ?? [];
  return organizationId === undefined || userId === undefined
    ? undefined
    : { organizationId, userId };
}

async function postForm(deps: SignInDeps, form: URLSearchParams): Promise<OrgReply> {
  try {
    return await callOrg({
      instanceUrl: loginUrlOf(deps.settings),
      method: "POST",
      path: "/services/oauth2/token",
      body: { type: "application/x-www-form-urlencoded", text: form.toString() },
      timeoutMs: deps.timeoutMs,
    });
  } catch (error) {
    throw new OrgUnavailableError(deps.org, {
      detail: `sign-in: ${noReplyText(error)}`,
      cause: error,
    });
  }
}

async function formOf(deps: SignInDeps): Promise<URLSearchParams> {
  const { auth } = deps.settings;
  if (auth.kind === "client-credentials") {
    return new URLSearchParams({
      grant_type: "client_credentials",
      client_id: auth.clientId,
      client_secret: auth.clientSecret,
    });
  }
  const key = await readKey(deps, auth.privateKeyFile);
  return new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: jwtAssertion(auth, key, await deps.nowMs()),
  });
}

async function readKey(deps: SignInDeps, path: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await deps.readKeyFile(path));
  } catch (error) {
    const reason = errorCode(error) ?? "it is no private key";
    // Without the cause: a parser's error could quote the key.
    const failure = new OrgAccessError(deps.org, {
      detail: `the private key file is unusable: ${reason}`,
    });
    throw failure;
  }
}

function loginUrlOf({ auth, instanceUrl }: OrgSettings): string {
  return auth.kind === "jwt-bearer" ? auth.loginUrl : instanceUrl;
}
