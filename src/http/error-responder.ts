import type { ErrorRequestHandler } from "express";
import { z } from "zod";
import { BridgeError, StoreUnavailableError } from "../errors.ts";
import { BodyEncodingError, BodyTooLargeError } from "./body-errors.ts";
import { errorReply } from "./error-reply.ts";
import { InputInvalidError } from "./input-errors.ts";

/** What Express and its body parser throw about a request. */
const frameworkErrorSchema = z.object({
  status: z.int().min(400).max(499),
  type: z.string().optional(),
  limit: z.number().optional(),
});

/** How ioredis says that a command was not served: gone, frozen, or never reached. */
const STORE_FAILURE =
  /^(Connection is closed|Command timed out|Stream isn't writeable|Socket timeout|Reached the max retries)/;

/**
 * Builds the last handler of a web room: every error becomes `{"error":{"code","message"}}`.
 *
 * `report` hears of the errors nobody foresaw, and of nothing else.
 */
export function errorResponder(report: (error: unknown) => void): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express tells an error handler by its four parameters.
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, headers, body } = errorReply(knownError(error));
    if (status === 500) {
      report(error);
    }
    response.status(status).set(headers).json(body);
  };
}

/** Translates what the libraries throw into the bridge's own errors; anything else stays what it is. */
export function knownError(error: unknown): unknown {
  if (error instanceof BridgeError || !(error instanceof Error)) {
    return error;
  }
  if (STORE_FAILURE.test(error.message)) {
    return new StoreUnavailableError("it did not answer in time", { cause: error });
  }
  const framework = frameworkErrorSchema.safeParse(error);
  return framework.success ? requestErrorOf(framework.data, error) : error;
}

function requestErrorOf(
  { type, limit = 0 }: z.infer<typeof frameworkErrorSchema>,
  cause: Error,
): BridgeError {
  switch (type) {
    case "entity.too.large":
      return new BodyTooLargeError(limit);
    case "encoding.unsupported":
    case "charset.unsupported":
      return new BodyEncodingError("The body's encoding is not read here", { cause });
    case "entity.parse.failed":
      return new InputInvalidError([{ path: "", message: "must be valid JSON" }], { cause });
    default:
      return new InputInvalidError([{ path: "", message: "cannot be read" }], { cause });
  }
}
