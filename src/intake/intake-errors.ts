import { type Issue, RequestError } from "../http/request-error.ts";
import type { UnreadableReason } from "./unreadable-reason.ts";

/** Nobody here knows the sender, or the proof is missing or wrong; which of them is never told. */
export class SenderNotTrustedError extends RequestError {
  override readonly name = "SenderNotTrustedError";
  override readonly code = "SENDER_NOT_TRUSTED";
  override readonly retry = "never";
  override readonly status: 401 | 404;
  override readonly headers: Readonly<Record<string, string>>;

  constructor(status: 401 | 404) {
    super(status === 404 ? "Nothing is served here" : "The sender gave no valid proof");
    this.status = status;
    this.headers = status === 404 ? {} : { "www-authenticate": "Bearer" };
  }
}

/** A trusted sender speaks for an organization that the connection does not serve. */
export class OrganizationUnknownError extends RequestError {
  override readonly name = "OrganizationUnknownError";
  override readonly code = "ORGANIZATION_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 403;
}

/** The body is not an outbound message; `reason` says why in one word. */
export class NotificationUnreadableError extends RequestError {
  override readonly name = "NotificationUnreadableError";
  override readonly code = "NOTIFICATION_UNREADABLE";
  override readonly retry = "never";
  override readonly status = 400;
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason, options?: ErrorOptions) {
    super(`The message cannot be read: ${reason}`, options);
    this.reason = reason;
  }
}

/** The JSON body is not what was promised; `issues` say what to mend. */
export class EventsInvalidError extends RequestError {
  override readonly name = "EventsInvalidError";
  override readonly code = "EVENTS_INVALID";
  override readonly retry = "never";
  override readonly status = 400;
  override readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options?: ErrorOptions) {
    super("No event was accepted; mend what is listed and send all of them again", options);
    this.issues = issues;
  }
}

/** More requests are in hand than can be served well. */
export class IntakeBusyError extends RequestError {
  override readonly name = "IntakeBusyError";
  override readonly code = "INTAKE_BUSY";
  override readonly retry = "later";
  override readonly status = 503;

  constructor() {
    super("Too many requests are in hand");
  }
}
