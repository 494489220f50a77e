import { RequestError } from "./request-error.ts";

/** The body is, or says it is, longer than the limit. */
export class BodyTooLargeError extends RequestError {
  override readonly name = "BodyTooLargeError";
  override readonly code = "BODY_TOO_LARGE";
  override readonly retry = "never";
  override readonly status = 413;

  constructor(maxBytes: number) {
    super(`The body is longer than ${maxBytes} bytes`);
  }
}

/** The body did not arrive in time. */
export class BodyTooSlowError extends RequestError {
  override readonly name = "BodyTooSlowError";
  override readonly code = "BODY_TOO_SLOW";
  override readonly retry = "later";
  override readonly status = 408;

  constructor(timeoutMs: number) {
    super(`The body did not arrive within ${timeoutMs} ms`);
  }
}

/** The connection ended before the body did. */
export class BodyTruncatedError extends RequestError {
  override readonly name = "BodyTruncatedError";
  override readonly code = "BODY_TRUNCATED";
  override readonly retry = "later";
  override readonly status = 400;

  constructor(options?: ErrorOptions) {
    super("The connection ended before the body did", options);
  }
}

/** The body is compressed or in a character set that is not read here. */
export class BodyEncodingError extends RequestError {
  override readonly name = "BodyEncodingError";
  override readonly code = "BODY_ENCODING_UNSUPPORTED";
  override readonly retry = "never";
  override readonly status = 415;
}
