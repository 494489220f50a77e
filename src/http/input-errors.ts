import { type Issue, RequestError } from "./request-error.ts";

/** What was sent does not have the promised form; `issues` say what to mend. */
export class InputInvalidError extends RequestError {
  override readonly name = "InputInvalidError";
  override readonly code = "INPUT_INVALID";
  override readonly retry = "never";
  override readonly status = 400;
  override readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options?: ErrorOptions) {
    super("The request was refused; mend what is listed and send it again", options);
    this.issues = issues;
  }
}

/** Nothing of that name is here. */
export class NotFoundError extends RequestError {
  override readonly name = "NotFoundError";
  override readonly code = "NOT_FOUND";
  override readonly retry = "never";
  override readonly status = 404;
}

/** Too many requests, or too many wrong guesses, came from one place. */
export class TooManyRequestsError extends RequestError {
  override readonly name = "TooManyRequestsError";
  override readonly code = "TOO_MANY_REQUESTS";
  override readonly retry = "later";
  override readonly status = 429;
  override readonly headers: Readonly<Record<string, string>>;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    super(`Too many tries; the next one is heard in ${seconds} s`);
    this.headers = { "retry-after": String(seconds) };
  }
}
