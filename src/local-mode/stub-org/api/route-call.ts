import type { ApiCall, ApiReply } from "./api-call.ts";
import { ApiRefusal, notFound } from "./api-refusal.ts";
import { readCollectionCall, writeCollectionCall } from "./collection-calls.ts";
import { type AnswerCall, compositeCall } from "./composite-call.ts";
import { describeCall, globalDescribeCall } from "./describe-calls.ts";
import { limitsCall } from "./limits-call.ts";
import { notificationCall } from "./notification-call.ts";
import type { OrgWorld } from "./org-world.ts";
import { queryAllCall, queryCall, queryMoreCall, toolingQueryCall } from "./query-calls.ts";
import { getRecordCall, patchRecordCall } from "./record-calls.ts";
import { isServed, resourceList } from "./version-calls.ts";

/** What a call is about. */
export type CallKind =
  | "resources"
  | "query"
  | "query-all"
  | "query-more"
  | "tooling-query"
  | "global-describe"
  | "describe"
  | "read-record"
  | "write-record"
  | "composite"
  | "read-collection"
  | "write-collection"
  | "limits"
  | "notification";

interface ApiRoute {
  readonly method: string;
  readonly path: RegExp;
  readonly kind: CallKind;
  readonly handle: (world: OrgWorld, call: ApiCall, answer: AnswerCall) => ApiReply;
}

const ROUTES: readonly ApiRoute[] = [
  { method: "GET", path: /^$/, kind: "resources", handle: (_world, call) => resourceList(call) },
  { method: "GET", path: /^\/query$/, kind: "query", handle: queryCall },
  { method: "GET", path: /^\/queryAll$/, kind: "query-all", handle: queryAllCall },
  { method: "GET", path: /^\/query(All)?\/[^/]+$/, kind: "query-more", handle: queryMoreCall },
  { method: "GET", path: /^\/tooling\/query$/, kind: "tooling-query", handle: toolingQueryCall },
  { method: "GET", path: /^\/sobjects$/, kind: "global-describe", handle: globalDescribeCall },
  { method: "GET", path: /^\/sobjects\/\w+\/describe$/, kind: "describe", handle: describeCall },
  { method: "GET", path: /^\/sobjects\/\w+\/\w+$/, kind: "read-record", handle: getRecordCall },
  {
    method: "PATCH",
    path: /^\/sobjects\/\w+\/\w+$/,
    kind: "write-record",
    handle: patchRecordCall,
  },
  { method: "POST", path: /^\/composite$/, kind: "composite", handle: compositeCall },
  {
    method: "POST",
    path: /^\/composite\/sobjects\/\w+$/,
    kind: "read-collection",
    handle: readCollectionCall,
  },
  {
    method: "PATCH",
    path: /^\/composite\/sobjects$/,
    kind: "write-collection",
    handle: writeCollectionCall,
  },
  { method: "GET", path: /^\/limits$/, kind: "limits", handle: limitsCall },
  {
    method: "POST",
    path: /^\/actions\/standard\/customNotificationAction$/,
    kind: "notification",
    handle: notificationCall,
  },
];

/** Says what a call is about; undefined when the org has no such resource. */
export function kindOfCall(method: string, path: string): CallKind | undefined {
  return routeOf(method, path)?.kind;
}

/** Answers a call that has a session; `answerInner` answers the sub-requests of a composite. */
export function answerCall(world: OrgWorld, call: ApiCall, answerInner: AnswerCall): ApiReply {
  try {
    const route = isServed(call.version) ? routeOf(call.method, call.path) : undefined;
    if (route === undefined) {
      throw notFound();
    }
    return route.handle(world, call, answerInner);
  } catch (error) {
    if (error instanceof ApiRefusal) {
      return { status: error.status, body: [error.error] };
    }
    throw error;
  }
}

function routeOf(method: string, path: string): ApiRoute | undefined {
  return ROUTES.find((route) => route.method === method && route.path.test(path));
}
