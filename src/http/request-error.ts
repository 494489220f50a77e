import { BridgeError } from "../errors.ts";

/** One reason why a request was refused; `path` is dotted (`events.0.eventId`), empty for the whole body. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/**
 * The base of every error that is about a request and therefore knows its HTTP status.
 *
 * `headers` go into the reply as they are; `issues` tell the caller what to mend, by path.
 */
export abstract class RequestError extends BridgeError {
  abstract readonly status: number;
  readonly headers: Readonly<Record<string, string>> = {};
  readonly issues: readonly Issue[] = [];
}

/** The path exists, but not for this method. */
export class MethodNotAllowedError extends RequestError {
  override readonly name = "MethodNotAllowedError";
  override readonly code = "METHOD_NOT_ALLOWED";
  override readonly retry = "never";
  override readonly status = 405;
  override readonly headers: Readonly<Record<string, string>>;

  constructor(allowed: string) {
    super(`Only ${allowed} is served here`);
    this.headers = { allow: allowed };
  }
}
