import { BridgeError } from "../errors.ts";

/** What an error of an org says and carries. */
export interface OrgErrorOptions extends ErrorOptions {
  /** Plain words; no secret, no content of a record. */
  readonly detail: string;
  /** How long the org asks to be left alone; milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The org could not answer now: down, busy, out of reach, or its answer was unreadable. */
export class OrgUnavailableError extends BridgeError {
  override readonly name = "OrgUnavailableError";
  override readonly code = "ORG_UNAVAILABLE";
  override readonly retry = "later";
  readonly retryAfterMs: number | undefined;

  constructor(org: string, options: OrgErrorOptions) {
    super(`Salesforce org ${org} is not available: ${options.detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The org's allowance of API calls is used up; calls must pause for `retryAfterMs`. */
export class ApiLimitError extends BridgeError {
  override readonly name = "ApiLimitError";
  override readonly code = "ORG_API_LIMIT";
  override readonly retry = "later";
  readonly retryAfterMs: number;

  constructor(org: string, options: OrgErrorOptions & { readonly retryAfterMs: number }) {
    super(`Salesforce org ${org} takes no more calls for now: ${options.detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The org refuses us: wrong credentials, an app that is not approved, a missing permission. */
export class OrgAccessError extends BridgeError {
  override readonly name = "OrgAccessError";
  override readonly code = "ORG_ACCESS_REFUSED";
  override readonly retry = "never";
  /** Set where somebody was refused a moment ago and all others wait. */
  readonly retryAfterMs: number | undefined;

  constructor(org: string, options: OrgErrorOptions) {
    super(`Salesforce org ${org} refuses access: ${options.detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The org answers, but so slowly that another read would only wait behind those that are under way. */
export class OrgBusyError extends BridgeError {
  override readonly name = "OrgBusyError";
  override readonly code = "ORG_BUSY";
  override readonly retry = "later";
  readonly retryAfterMs: number;

  constructor(org: string, retryAfterMs: number) {
    super(`Salesforce org ${org} is slow: reads that are under way come first`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The org refuses what we asked, and would again: an unknown field or object, a malformed query. */
export class QueryRefusedError extends BridgeError {
  override readonly name = "QueryRefusedError";
  override readonly code = "ORG_QUERY_REFUSED";
  override readonly retry = "never";

  /** Salesforce's own error code, such as MALFORMED_QUERY. */
  readonly salesforceCode: string;

  constructor(org: string, salesforceCode: string) {
    super(`Salesforce org ${org} refuses the request: ${salesforceCode}`);
    this.salesforceCode = salesforceCode;
  }
}

/** Any deliberate error of this room. */
export type OrgError =
  | OrgUnavailableError
  | ApiLimitError
  | OrgAccessError
  | OrgBusyError
  | QueryRefusedError;
