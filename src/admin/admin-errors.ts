import { RequestError } from "../http/request-error.ts";

/** Nobody is signed in, or the bearer is wrong; which of them is never told. */
export class OperatorUnknownError extends RequestError {
  override readonly name = "OperatorUnknownError";
  override readonly code = "OPERATOR_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 401;
  override readonly headers = { "www-authenticate": "Bearer" };

  constructor() {
    super("Sign in at /admin, or send Authorization: Bearer with the value of ADMIN_API_TOKEN");
  }
}

/** User name and password do not belong together; which of them is wrong is never told. */
export class PasswordWrongError extends RequestError {
  override readonly name = "PasswordWrongError";
  override readonly code = "PASSWORD_WRONG";
  override readonly retry = "never";
  override readonly status = 401;
  override readonly headers = { "www-authenticate": "Bearer" };

  constructor() {
    super("That user name and password do not belong together");
  }
}

/** There is no password, so nobody can sign in. */
export class SignInClosedError extends RequestError {
  override readonly name = "SignInClosedError";
  override readonly code = "SIGN_IN_CLOSED";
  override readonly retry = "never";
  override readonly status = 403;

  constructor() {
    super("No password is set: set ADMIN_PASSWORD (at least 12 characters) and restart the bridge");
  }
}

/** The connection has no `salesforce` section, so no record can be read again. */
export class NoReaderError extends RequestError {
  override readonly name = "NoReaderError";
  override readonly code = "NO_READER";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(connection: string) {
    super(`Connection ${connection} has no "salesforce" settings, so nothing can be read from it`);
  }
}

/** Parked work in a form that this version cannot hand back to its queue. */
export class NotReplayableError extends RequestError {
  override readonly name = "NotReplayableError";
  override readonly code = "NOT_REPLAYABLE";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(id: string) {
    super(`${id} cannot be replayed: this version does not know the form of its payload`);
  }
}

/** Parked work that nobody can mend by hand. */
export class NotEditableError extends RequestError {
  override readonly name = "NotEditableError";
  override readonly code = "NOT_EDITABLE";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(id: string, why: string) {
    super(`${id} cannot be edited. ${why}`);
  }
}

/** The operator is known, and may not do this. */
export class RoleTooLowError extends RequestError {
  override readonly name = "RoleTooLowError";
  override readonly code = "ROLE_TOO_LOW";
  override readonly retry = "never";
  override readonly status = 403;

  constructor(role: string, least: string) {
    super(`This needs the role ${least}; yours is ${role}. An admin can change it under People`);
  }
}
