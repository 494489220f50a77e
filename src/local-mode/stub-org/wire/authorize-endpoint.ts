import { escapeHtml } from "../../../http/escape-html.ts";
import { idOf, type StubRecord, textOf } from "../store/record.ts";
import type { RecordStore } from "../store/record-store.ts";
import type { AuthorizationCodes } from "./authorization-codes.ts";
import type { ClientApp } from "./token-endpoint.ts";
import { htmlReply, type WireReply } from "./wire-reply.ts";

/** What asking a user for approval needs. */
export interface AuthorizeDeps {
  readonly app: ClientApp;
  readonly store: RecordStore;
  readonly codes: AuthorizationCodes;
  readonly nowMs: number;
}

/**
 * Answers `/services/oauth2/authorize`: a page with the org's users instead of Salesforce's login, each a button.
 *
 * `login_hint` with a user name approves at once, as a browser with a session does. A wrong app or callback URL
 * is told on the page, never sent to the callback.
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
 */
export function answerAuthorize(
  deps: AuthorizeDeps,
  method: string,
  params: URLSearchParams,
): WireReply {
  const { app, store } = deps;
  if (params.get("client_id") !== app.clientId) {
    return refusal("invalid_client_id", "client identifier invalid");
  }
  const redirectUri = params.get("redirect_uri") ?? "";
  if (!app.callbackUrls.includes(redirectUri)) {
    return refusal("redirect_uri_mismatch", "redirect_uri must match configuration");
  }
  const problem = problemOf(params);
  if (problem !== undefined) {
    return goBack(params, { error: problem[0], error_description: problem[1] });
  }
  if (method === "POST" && params.get("answer") === "deny") {
    return goBack(params, {
      error: "access_denied",
      error_description: "end-user denied authorization",
    });
  }
  const users = store.all("User").filter((user) => user["IsActive"] === true);
  const hinted = method === "POST" ? params.get("username") : params.get("login_hint");
  const user = users.find((one) => textOf(one, "Username") === hinted);
  return user === undefined ? usersPage(params, users) : approve(deps, params, user);
}

function problemOf(params: URLSearchParams): readonly [string, string] | undefined {
  if (params.get("response_type") !== "code") {
    return ["unsupported_response_type", "response type not supported"];
  }
  if (params.get("code_challenge") === null || params.get("code_challenge_method") !== "S256") {
    return ["invalid_request", "missing required code challenge"];
  }
  return undefined;
}

function approve(
  { codes, nowMs }: AuthorizeDeps,
  params: URLSearchParams,
  user: StubRecord,
): WireReply {
  const grant = {
    userId: idOf(user),
    redirectUri: params.get("redirect_uri") ?? "",
    codeChallenge: params.get("code_challenge") ?? "",
    scope: params.get("scope") ?? "",
  };
  return goBack(params, { code: codes.issue(grant, nowMs) });
}

function goBack(params: URLSearchParams, answer: Readonly<Record<string, string>>): WireReply {
  const url = new URL(params.get("redirect_uri") ?? "");
  for (const [name, value] of Object.entries(answer)) {
    url.searchParams.set(name, value);
  }
  const state = params.get("state");
  if (state !== null) {
    url.searchParams.set("state", state);
  }
  return { status: 302, headers: { location: url.href }, body: "" };
}

/** Salesforce shows these two on a page of its own. */
function refusal(error: string, description: string): WireReply {
  return htmlReply(400, "OAuth Error", `error=${error}&amp;error_description=${description}`);
}

function usersPage(params: URLSearchParams, users: readonly StubRecord[]): WireReply {
  const kept = [...params]
    .filter(([name]) => name !== "username" && name !== "login_hint")
    .map(([name, value]) => hidden(name, value))
    .join("");
  const buttons = users.map((user) => {
    const label = escapeHtml(textOf(user, "Name") ?? idOf(user));
    return form(`${kept}${hidden("username", textOf(user, "Username") ?? "")}`, label);
  });
  const denial = form(`${kept}${hidden("answer", "deny")}`, "Deny");
  const text = `Who are you? This is the stub org; every name here is invented.</p>${buttons.join("")}${denial}<p>`;
  return htmlReply(200, "Sign in to the stub org", text);
}

function form(inputs: string, label: string): string {
  return `<form method="post" action="/services/oauth2/authorize">${inputs}<button>${label}</button></form>`;
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}
