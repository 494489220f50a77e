import { RequestError } from "../../http/request-error.ts";

/** The connection stands in the connections file, which only a person with the file can change. */
export class ConnectionInFileError extends RequestError {
  override readonly name = "ConnectionInFileError";
  override readonly code = "CONNECTION_IN_FILE";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(connection: string) {
    super(`${connection} stands in the connections file: change it there and restart the bridge`);
  }
}

/** The name is taken. */
export class ConnectionExistsError extends RequestError {
  override readonly name = "ConnectionExistsError";
  override readonly code = "CONNECTION_EXISTS";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(connection: string) {
    super(`There is a connection ${connection} already: choose another name, or change that one`);
  }
}

/** Somebody else changed it since it was read. */
export class ConnectionChangedError extends RequestError {
  override readonly name = "ConnectionChangedError";
  override readonly code = "CONNECTION_CHANGED";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(connection: string) {
    super(`Somebody changed ${connection} meanwhile: look at it as it is now and change it again`);
  }
}

/** What is stored cannot be opened, so nothing of it can be kept. */
export class ConnectionUnreadableError extends RequestError {
  override readonly name = "ConnectionUnreadableError";
  override readonly code = "CONNECTION_UNUSABLE";
  override readonly retry = "never";
  override readonly status = 409;

  constructor(connection: string) {
    super(`${connection} cannot be opened; was SECRET_KEY changed? Delete it and make it again`);
  }
}

/** There are two values already, or there is no old one to retire. */
export class RotationError extends RequestError {
  override readonly name = "RotationError";
  override readonly code = "ROTATION_NOT_POSSIBLE";
  override readonly retry = "never";
  override readonly status = 409;
}
