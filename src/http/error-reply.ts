import { BridgeError } from "../errors.ts";
import type { Issue } from "./request-error.ts";
import { RequestError } from "./request-error.ts";

/** What a caller is told about an error; `code` is an anchor in `docs/failures.md`. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly issues?: readonly Issue[];
    };
  };
}

/** Long enough for a store to restart, short enough that nobody waits for a person. */
const RETRY_AFTER_SECONDS = "5";

/**
 * Translates an error into an HTTP reply.
 *
 * Errors about the request bring their status; any other deliberate error is 503 when trying again can help
 * and 422 when it cannot. An error nobody foresaw is 500 without its message, which may quote anything.
 */
export function errorReply(error: unknown): ErrorReply {
  if (!(error instanceof BridgeError)) {
    const body = { error: { code: "INTERNAL", message: "Something unforeseen went wrong" } };
    return { status: 500, headers: {}, body };
  }
  const { code, message } = error;
  if (error instanceof RequestError) {
    const issues = error.issues.length > 0 ? { issues: error.issues } : {};
    const headers = { ...retryHeaders(error), ...error.headers };
    return { status: error.status, headers, body: { error: { code, message, ...issues } } };
  }
  const status = error.retry === "later" ? 503 : 422;
  return { status, headers: retryHeaders(error), body: { error: { code, message } } };
}

function retryHeaders({ retry }: BridgeError): Record<string, string> {
  return retry === "later" ? { "retry-after": RETRY_AFTER_SECONDS } : {};
}
