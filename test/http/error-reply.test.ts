import { describe, expect, test } from "@jest/globals";
import { BridgeError, StateContendedError, StoreUnavailableError } from "../../src/errors.ts";
import { BodyTooLargeError } from "../../src/http/body-errors.ts";
import { errorReply } from "../../src/http/error-reply.ts";
import { MethodNotAllowedError } from "../../src/http/request-error.ts";
import { EventsInvalidError } from "../../src/intake/intake-errors.ts";

class NeverError extends BridgeError {
  override readonly name = "NeverError";
  override readonly code = "NEVER";
  override readonly retry = "never";
}

describe("errorReply", () => {
  test("an error about the request brings its status, headers and issues", () => {
    expect(errorReply(new BodyTooLargeError(10))).toEqual({
      status: 413,
      headers: {},
      body: { error: { code: "BODY_TOO_LARGE", message: "The body is longer than 10 bytes" } },
    });
    expect(errorReply(new MethodNotAllowedError("POST"))).toMatchObject({
      status: 405,
      headers: { allow: "POST" },
    });
    const issues = [{ path: "events.0.eventId", message: "must not be empty" }];
    expect(errorReply(new EventsInvalidError(issues)).body.error).toMatchObject({ issues });
  });

  test("an error that can pass is 503 with Retry-After, one that cannot is 422", () => {
    const error = new StoreUnavailableError("x");
    expect(errorReply(error)).toEqual({
      status: 503,
      headers: { "retry-after": "5" },
      body: { error: { code: "STORE_UNAVAILABLE", message: error.message } },
    });
    expect(errorReply(new StateContendedError("x")).status).toBe(503);
    expect(errorReply(new NeverError("x"))).toMatchObject({ status: 422, headers: {} });
  });

  test("33. an unforeseen error tells nothing about itself", () => {
    const reply = errorReply(new TypeError("secret whsec_abc in here"));
    expect(reply.status).toBe(500);
    expect(JSON.stringify(reply)).not.toContain("whsec_abc");
    expect(errorReply("thrown text").body.error.code).toBe("INTERNAL");
  });
});
