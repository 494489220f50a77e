import type { Fault } from "./faults.ts";
import {
  DAILY_LIMIT_REACHED,
  errorReply,
  htmlReply,
  jsonReply,
  SESSION_EXPIRED,
  uriTooLong,
  type WireReply,
} from "./wire-reply.ts";

/** Faults that answer in place of the org; the others change how its own answer gets out. */
export type AnsweringFault = Exclude<
  Fault,
  { readonly kind: "cut-json" | "slow" | "hang" | "reset" | "other-instance" }
>;

/** Says whether a fault answers in place of the org. */
export function isAnswering(fault: Fault): fault is AnsweringFault {
  return !["cut-json", "slow", "hang", "reset", "other-instance"].includes(fault.kind);
}

/** Writes the answer of a fault as Salesforce does. */
export function faultReply(fault: AnsweringFault): WireReply {
  switch (fault.kind) {
    case "session-expired":
      return SESSION_EXPIRED;
    case "daily-limit":
      return DAILY_LIMIT_REACHED;
    case "concurrent-limit":
      return concurrentLimit(fault.status ?? 403);
    case "api-error":
    case "sub-request-error":
      return errorReply(fault.status, fault.errorCode, fault.message ?? fault.errorCode);
    case "oauth-error":
      return jsonReply(fault.status ?? 400, {
        error: fault.error,
        error_description: fault.description,
      });
    case "uri-too-long":
      return uriTooLong(fault.status);
    case "too-many-requests":
      return tooManyRequests(fault.retryAfterSeconds);
    case "unavailable-json":
      return errorReply(503, "SERVER_UNAVAILABLE", "The server is temporarily unavailable");
    case "unavailable-html":
      return htmlReply(503, "Service Unavailable", "We are down for maintenance.");
    case "html":
      return htmlReply(200, "Login", "Please log in to continue.");
  }
}

function concurrentLimit(status: number): WireReply {
  return errorReply(status, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.");
}

function tooManyRequests(retryAfterSeconds: number): WireReply {
  const error = { message: "Too many requests", errorCode: "REQUEST_LIMIT_EXCEEDED" };
  return jsonReply(429, [error], { "retry-after": String(retryAfterSeconds) });
}
