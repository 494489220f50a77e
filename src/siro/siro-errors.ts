import { BridgeError } from "../errors.ts";

/** What an error of Siro says and carries. */
export interface SiroErrorOptions extends ErrorOptions {
  /** Plain words; no token, no link, no content of an answer. */
  readonly detail: string;
  /** How long Siro asks to be left alone; milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Siro could not answer now: down, busy, or out of reach. */
export class SiroUnavailableError extends BridgeError {
  override readonly name = "SiroUnavailableError";
  override readonly code = "SIRO_UNAVAILABLE";
  override readonly retry = "later";
  readonly retryAfterMs: number | undefined;

  constructor(connection: string, options: SiroErrorOptions) {
    super(`Siro is not available to ${connection}: ${options.detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The minute's requests of this token are used up, by our own count or by Siro's. */
export class SiroLimitError extends BridgeError {
  override readonly name = "SiroLimitError";
  override readonly code = "SIRO_LIMIT";
  override readonly retry = "later";
  readonly retryAfterMs: number;

  constructor(connection: string, options: SiroErrorOptions & { readonly retryAfterMs: number }) {
    super(`Siro takes no more requests of ${connection} for now: ${options.detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Siro refuses us: a wrong, expired or unfit token, or a blocked way out. */
export class SiroAccessError extends BridgeError {
  override readonly name = "SiroAccessError";
  override readonly code = "SIRO_ACCESS_REFUSED";
  override readonly retry = "never";

  constructor(connection: string, options: SiroErrorOptions) {
    super(`Siro refuses access to ${connection}: ${options.detail}`, options);
  }
}

/** Siro refuses what was asked, and would again. */
export class SiroRequestError extends BridgeError {
  override readonly name = "SiroRequestError";
  override readonly code = "SIRO_REQUEST_REFUSED";
  override readonly retry = "never";

  constructor(connection: string, options: SiroErrorOptions) {
    super(`Siro refuses a request of ${connection}: ${options.detail}`, options);
  }
}

/** Siro answered with success, but without what was asked for: an error in its place, or another shape. */
export class SiroAnswerError extends BridgeError {
  override readonly name = "SiroAnswerError";
  override readonly code = "SIRO_ANSWER_UNUSABLE";
  override readonly retry = "later";

  constructor(connection: string, options: SiroErrorOptions) {
    super(`Siro's answer to ${connection} is of no use: ${options.detail}`, options);
  }
}
