import { RequestError } from "../http/request-error.ts";

/** Somebody has that user name already. */
export class PersonExistsError extends RequestError {
  override readonly name = "PersonExistsError";
  override readonly code = "PERSON_EXISTS";
  override readonly retry = "never";
  override readonly status = 409;

  constructor() {
    super("Somebody has that user name already");
  }
}

/** The change would leave the bridge without an admin, or touches the one that the environment sets. */
export class PersonProtectedError extends RequestError {
  override readonly name = "PersonProtectedError";
  override readonly code = "PERSON_PROTECTED";
  override readonly retry = "never";
  override readonly status = 409;
}

/** Who changes their own password must know the old one. */
export class OwnPasswordWrongError extends RequestError {
  override readonly name = "OwnPasswordWrongError";
  override readonly code = "OWN_PASSWORD_WRONG";
  override readonly retry = "never";
  override readonly status = 403;

  constructor() {
    super("That is not your present password");
  }
}
