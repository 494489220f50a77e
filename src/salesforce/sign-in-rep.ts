import { OAuth2 } from "jsforce/lib/oauth2.js";
import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { isSameSalesforceId } from "../domain/crm-record-id.ts";
import { repSchema } from "../domain/rep.ts";
import type { BegunSignIn, RepSignIn } from "../domain/rep-sign-in.ts";
import { type OAuthCall, type OAuthCaller, openOAuthCaller } from "./oauth-call.ts";
import { noReplyText, type OrgReply } from "./org-call.ts";
import { OrgAccessError, OrgUnavailableError } from "./org-errors.ts";
import { readJson, retryAfterMsOf } from "./read-reply.ts";
import { identityOf } from "./sign-in.ts";
import { signInFailure, signInRefusal } from "./sign-in-failure.ts";

/** `openid` opens the userinfo endpoint, `id` is the profile with the e-mail address; neither reads a record. */
const SCOPES = "openid id";

const CALL_TIMEOUT_MS = 10_000;
/** The rep waits for it, and the token ends by itself as well. */
const REVOKE_TIMEOUT_MS = 2_000;

/** The app of one connection through which reps sign in. */
export interface RepSignInApp {
  readonly connection: Connection;
  /** PUBLIC_URL/rep/sign-in/callback, as it is registered in the app. */
  readonly redirectUri: string;
  readonly timeoutMs?: number;
}

/** What came back from Salesforce, and what was kept of the beginning. */
export interface RepSignInCallback {
  readonly code: string;
  readonly codeVerifier: string;
}

const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  id: z.string().optional(),
});
type Token = Readonly<z.infer<typeof tokenSchema>>;

/** What is not fit for a profile counts as not said; who it is must be said. */
const userInfoSchema = z.object({
  user_id: z.string().regex(/^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/),
  organization_id: z.string().regex(/^00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/),
  active: z.boolean().default(true),
  email: repSchema.shape.email.catch(undefined),
  name: repSchema.shape.name.catch(undefined),
  zoneinfo: repSchema.shape.timeZone.catch(undefined),
});

/**
 * Begins a sign-in by the web server flow with PKCE; undefined for a connection without `repSignIn`.
 *
 * No `prompt`: a browser with a session at Salesforce is not asked again, any other sees its login.
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
 */
export function signInRepUrl(
  { connection: { salesforce }, redirectUri }: RepSignInApp,
  state: string,
): BegunSignIn | undefined {
  if (salesforce?.repSignIn === undefined) {
    return undefined;
  }
  const { clientId, loginUrl = salesforce.instanceUrl } = salesforce.repSignIn;
  const oauth2 = new OAuth2({ loginUrl, clientId, redirectUri, useVerifier: true });
  // Its verifier is 128 random bytes, longer than RFC 7636 allows, but what the Salesforce CLI signs in with every day.
  // jsforce leaves the method out; without it "invalid code verifier" was seen: salesforce.stackexchange.com/q/330168.
  const url = oauth2.getAuthorizationUrl({ scope: SCOPES, state, code_challenge_method: "S256" });
  return { url, codeVerifier: oauth2.codeVerifier ?? "" };
}

/**
 * Exchanges the code, asks who signed in, and gives the session back: nothing of it is kept.
 *
 * jsforce's own exchange is not used: it waits up to half an hour, follows redirects, reads an answer of any
 * size, and puts the text of an unreadable one into its error.
 *
 * @throws {OrgAccessError} when Salesforce refuses the app.
 * @throws {OrgUnavailableError} when it gives no usable answer.
 */
export async function signInRep(
  app: RepSignInApp,
  callback: RepSignInCallback,
): Promise<RepSignIn> {
  const endpoints = endpointsOf(app.connection);
  const caller = openOAuthCaller(app.timeoutMs ?? CALL_TIMEOUT_MS);
  const desk = { org: app.connection.name, caller, ...endpoints };
  try {
    const reply = await ask(desk, { url: desk.token, form: exchangeForm(app, callback) });
    const token = reply.statusCode === 200 ? tokenSchema.safeParse(readJson(reply)) : undefined;
    if (token?.success !== true) {
      return refusedExchange(desk.org, reply);
    }
    return await whoSignedIn(app.connection, desk, token.data).finally(() =>
      revoke(desk, token.data),
    );
  } finally {
    await caller.close();
  }
}

/** Where one connection's OAuth endpoints are, by its own settings: nothing an answer says decides whom we call. */
interface Desk {
  readonly org: string;
  readonly caller: OAuthCaller;
  readonly token: URL;
  readonly revoke: URL;
  readonly userInfo: URL;
}

function endpointsOf({ name, salesforce }: Connection): Omit<Desk, "org" | "caller"> {
  if (salesforce?.repSignIn === undefined) {
    throw new OrgAccessError(name, { detail: "the connection has no repSignIn" });
  }
  const { instanceUrl, repSignIn } = salesforce;
  const { loginUrl = instanceUrl } = repSignIn;
  return {
    token: new URL("/services/oauth2/token", loginUrl),
    revoke: new URL("/services/oauth2/revoke", loginUrl),
    // At the org itself: a general login host may answer with a redirect to it, and redirects are not followed.
    userInfo: new URL("/services/oauth2/userinfo", instanceUrl),
  };
}

function exchangeForm(
  { connection: { salesforce }, redirectUri }: RepSignInApp,
  { code, codeVerifier }: RepSignInCallback,
): Readonly<Record<string, string>> {
  const { clientId = "", clientSecret } = salesforce?.repSignIn ?? {};
  return {
    grant_type: "authorization_code",
    client_id: clientId,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    redirect_uri: redirectUri,
    code,
    code_verifier: codeVerifier,
  };
}

async function ask({ org, caller }: Desk, call: OAuthCall): Promise<OrgReply> {
  try {
    return await caller.call(call);
  } catch (error) {
    throw new OrgUnavailableError(org, {
      detail: `sign-in of a rep: ${noReplyText(error)}`,
      cause: error,
    });
  }
}

function refusedExchange(org: string, reply: OrgReply): RepSignIn {
  const why = signInRefusal(reply);
  if (why === undefined) {
    throw signInFailure(org, reply);
  }
  return { kind: "refused", why };
}

async function whoSignedIn(
  { organizationId }: Connection,
  desk: Desk,
  { access_token: accessToken, id }: Token,
): Promise<RepSignIn> {
  // A token of another org is worth nothing at this one: told apart before it is refused there.
  const identity = identityOf(id);
  if (identity !== undefined && !isSameSalesforceId(identity.organizationId, organizationId)) {
    return { kind: "refused", why: "other-org" };
  }
  const user = readUserInfo(desk.org, await ask(desk, { url: desk.userInfo, accessToken }));
  if (!isSameSalesforceId(user.organization_id, organizationId)) {
    return { kind: "refused", why: "other-org" };
  }
  if (!user.active) {
    return { kind: "refused", why: "inactive" };
  }
  const { user_id: userId, email, name, zoneinfo: timeZone } = user;
  return { kind: "signed-in", rep: repSchema.parse({ userId, email, name, timeZone }) };
}

function readUserInfo(org: string, reply: OrgReply): z.infer<typeof userInfoSchema> {
  const user = reply.statusCode === 200 ? userInfoSchema.safeParse(readJson(reply)) : undefined;
  if (user?.success === true) {
    return user.data;
  }
  const detail = `who signed in was answered with ${reply.statusCode}`;
  throw reply.statusCode === 401 || reply.statusCode === 403
    ? new OrgAccessError(org, { detail: `${detail}; does the app have the scope openid?` })
    : new OrgUnavailableError(org, { detail, retryAfterMs: retryAfterMsOf(reply) });
}

/** Best effort: a token that stays is of no use to anybody, because nobody has it any more. */
async function revoke({ caller, revoke: url }: Desk, token: Token): Promise<void> {
  const form = { token: token.refresh_token ?? token.access_token };
  await caller.call({ url, form, timeoutMs: REVOKE_TIMEOUT_MS }).then(nothing, nothing);
}

function nothing(): void {
  // Neither a refusal nor a silence changes who signed in.
}
