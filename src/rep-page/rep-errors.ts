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
