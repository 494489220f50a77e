import type { IncomingMessage } from "node:http";
import { type ApiCall, type ApiReply, splitApiPath } from "../api/api-call.ts";
import { limitInfoHeader } from "../api/api-usage.ts";
import type { OrgWorld } from "../api/org-world.ts";
import { answerCall, kindOfCall } from "../api/route-call.ts";
import { versionList } from "../api/version-calls.ts";
import type { StubRecord } from "../store/record.ts";
import type { AuthorizationCodes } from "./authorization-codes.ts";
import { answerAuthorize } from "./authorize-endpoint.ts";
import type { LoggedCall } from "./call-log.ts";
import { faultReply } from "./fault-reply.ts";
import type { TakeFault } from "./faults.ts";
import { OAuthRefusal } from "./oauth-refusal.ts";
import type { Sessions } from "./sessions.ts";
import { type ClientApp, giveToken } from "./token-endpoint.ts";
import { identityOf, userInfo } from "./user-info.ts";
import {
  DAILY_LIMIT_REACHED,
  errorReply,
  htmlReply,
  jsonReply,
  SESSION_EXPIRED,
  type WireReply,
} from "./wire-reply.ts";

/** What answering requests needs. */
export interface OrgDoor {
  readonly world: OrgWorld;
  readonly app: ClientApp;
  readonly sessions: Sessions;
  readonly codes: AuthorizationCodes;
  readonly organizationId: string;
  readonly userId: string;
  readonly takeFault: TakeFault;
  /** The clock of tokens, which is the caller's real one. */
  readonly tokenNowMs: () => number;
}

/** A request that was read to its end. */
export interface ArrivedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** The instance it arrived at. */
  readonly orgUrl: string;
  /** The instance that new tokens name. */
  readonly tokenInstanceUrl: string;
}

/** Says what a request is about. */
export function kindOfRequest(method: string, url: URL): LoggedCall["kind"] {
  const { pathname } = url;
  const api = splitApiPath(pathname);
  if (api !== undefined) {
    return kindOfCall(method, api.path) ?? "unknown";
  }
  return kindOfOther(pathname);
}

function kindOfOther(pathname: string): LoggedCall["kind"] {
  switch (pathname) {
    case "/services/oauth2/authorize":
      return "authorize";
    case "/services/oauth2/userinfo":
      return "userinfo";
    case "/services/oauth2/token":
      return "token";
    case "/services/oauth2/revoke":
      return "revoke";
    case "/services/data":
    case "/services/data/":
      return "versions";
    default:
      return pathname.startsWith("/id/") ? "identity" : "unknown";
  }
}

/** Answers a request as the org does, faults aside. */
export function answerRequest(door: OrgDoor, request: ArrivedRequest): WireReply {
  switch (kindOfOther(request.url.pathname)) {
    case "authorize":
      return authorize(door, request);
    case "token":
      return answerToken(door, request);
    case "revoke":
      door.sessions.end(new URLSearchParams(request.body).get("token") ?? "");
      return jsonReply(200, undefined);
    case "versions":
      return jsonReply(200, versionList().body);
    default:
      return answerWithSession(door, request);
  }
}

function authorize({ app, world, codes, tokenNowMs }: OrgDoor, request: ArrivedRequest): WireReply {
  const { method, url, body } = request;
  const params = method === "POST" ? new URLSearchParams(body) : url.searchParams;
  return answerAuthorize({ app, store: world.store, codes, nowMs: tokenNowMs() }, method, params);
}

function answerToken(door: OrgDoor, request: ArrivedRequest): WireReply {
  const { orgUrl, tokenInstanceUrl, headers, body } = request;
  const { app, sessions, codes, organizationId, userId, world } = door;
  const isActiveUser = (id: string) => world.store.get(id)?.["IsActive"] === true;
  if (request.method !== "POST") {
    return jsonReply(400, { error: "invalid_request", error_description: "must use HTTP POST" });
  }
  try {
    const nowMs = door.tokenNowMs();
    const given = giveToken({
      ...{ app, sessions, codes, organizationId, userId, isActiveUser, orgUrl },
      ...{ nowMs, headers, body },
      instanceUrl: tokenInstanceUrl,
    });
    return jsonReply(200, given, { "cache-control": "no-cache, no-store" });
  } catch (error) {
    if (error instanceof OAuthRefusal) {
      return jsonReply(error.status, { error: error.error, error_description: error.message });
    }
    throw error;
  }
}

function answerWithSession(door: OrgDoor, request: ArrivedRequest): WireReply {
  const token = /^(?:Bearer|OAuth) (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (!door.sessions.isValid(token, request.orgUrl)) {
    return SESSION_EXPIRED;
  }
  const { userId = "", scope = "" } = door.sessions.holderOf(token) ?? {};
  const api = splitApiPath(request.url.pathname);
  if (api === undefined) {
    return answerIdentity(door, request, { user: door.world.store.get(userId), scope });
  }
  return scope.split(" ").includes("api")
    ? answerApi(door, request, api)
    : errorReply(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API");
}

function answerIdentity(
  { organizationId }: OrgDoor,
  { url, orgUrl }: ArrivedRequest,
  { user, scope }: { readonly user: StubRecord | undefined; readonly scope: string },
): WireReply {
  const { pathname } = url;
  if (user !== undefined && pathname === `/id/${organizationId}/${String(user["Id"])}`) {
    return jsonReply(200, identityOf(user, organizationId, orgUrl));
  }
  if (user !== undefined && pathname === "/services/oauth2/userinfo") {
    return scope.split(" ").includes("openid")
      ? jsonReply(200, userInfo(user, organizationId, orgUrl))
      : errorReply(403, "FORBIDDEN", "Bad_OAuth_Token");
  }
  return htmlReply(404, "URL No Longer Exists", "The page is not there.");
}

function answerApi(
  { world, takeFault }: OrgDoor,
  request: ArrivedRequest,
  { version, path }: { readonly version: string; readonly path: string },
): WireReply {
  const { usage } = world;
  if (usage.used >= usage.limit) {
    return DAILY_LIMIT_REACHED;
  }
  usage.used += 1;
  const { method, url, headers } = request;
  const parsed = parsedBody(request.body);
  if (parsed === undefined) {
    return errorReply(400, "JSON_PARSER_ERROR", "Unexpected character in the HTTP entity body");
  }
  const call = {
    ...{ method, path, version },
    query: url.searchParams,
    body: parsed.value,
    headers: { "sforce-query-options": String(headers["sforce-query-options"] ?? "") },
  };
  const reply = answerCall(world, call, (inner) => answerInner(world, takeFault, inner));
  return jsonReply(reply.status, reply.body, limitInfoHeader(usage));
}

function answerInner(world: OrgWorld, takeFault: TakeFault, inner: ApiCall): ApiReply {
  const fault = takeFault("sub-request", readableUrl(inner.path, inner.query));
  if (fault?.kind === "sub-request-error") {
    const { status, body } = faultReply(fault);
    return { status, body: JSON.parse(body) };
  }
  return answerCall(world, inner, () => ({ status: 404 }));
}

function parsedBody(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: body === "" ? undefined : JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** Writes a path with its query as a person reads it. */
export function readableUrl(path: string, query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}
