import { RequestError } from "../http/request-error.ts";

/** The bearer of a device is missing, wrong or revoked; which of them is never told. */
export class DeviceUnknownError extends RequestError {
  override readonly name = "DeviceUnknownError";
  override readonly code = "DEVICE_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 401;
  override readonly headers = { "www-authenticate": "Bearer", "cache-control": "no-store" };

  constructor() {
    super("The device's token is missing or wrong; enrol the device again if it was revoked");
  }
}

/** Nobody is signed in in this browser, or not any more. */
export class RepUnknownError extends RequestError {
  override readonly name = "RepUnknownError";
  override readonly code = "REP_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 401;
  override readonly headers = { "cache-control": "no-store" };

  constructor() {
    super("Nobody is signed in here: open an invite, type a pairing code, or sign in");
  }
}

/** The invite was used, has expired or never was; which of them is never told. */
export class InviteUnknownError extends RequestError {
  override readonly name = "InviteUnknownError";
  override readonly code = "INVITE_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 404;

  constructor() {
    super("This invite was used already, or it has expired; ask for a new one");
  }
}

/** The pairing code was used, has expired or never was; which of them is never told. */
export class PairingUnknownError extends RequestError {
  override readonly name = "PairingUnknownError";
  override readonly code = "PAIRING_UNKNOWN";
  override readonly retry = "never";
  override readonly status = 404;

  constructor() {
    super("This code is wrong, was used already, or is older than an hour");
  }
}
