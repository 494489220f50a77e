import { type Dispatcher, request } from "undici";
import { errorCode } from "../error-code.ts";

/** A page of a thousand events is half a megabyte; anything near this is no answer of Siro's. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024;

/** One HTTP request to Siro. */
export interface SiroCall {
  /** With the version in it: `https://functions.siro.ai/api-externalApi/v1`. */
  readonly baseUrl: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Behind the version: `/core/users`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/** What came back, whatever its status. */
export interface SiroReply {
  readonly status: number;
  /** The `Retry-After` header, as it is. */
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** There was no whole answer; the text names no host and no content. */
export class NoSiroReplyError extends Error {
  override readonly name = "NoSiroReplyError";
}

/**
 * Makes one call: no retry, no redirect, an answer of at most 8 MiB.
 *
 * @throws {NoSiroReplyError} when no whole answer came within `timeoutMs`.
 */
export async function callSiro(call: SiroCall): Promise<SiroReply> {
  const signal = AbortSignal.timeout(call.timeoutMs);
  try {
    const { statusCode, headers, body } = await request(urlOf(call), {
      method: call.method,
      headers: { ...call.headers, ...(call.body === undefined ? {} : JSON_BODY) },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal,
    });
    const retryAfter = headers["retry-after"];
    return {
      status: statusCode,
      retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
      text: await readBounded(body),
    };
  } catch (error) {
    throw noReply(error, { isTimeUp: signal.aborted, timeoutMs: call.timeoutMs });
  }
}

const JSON_BODY = { "content-type": "application/json" };

function urlOf({ baseUrl, path, query = {} }: SiroCall): URL {
  const url = new URL(baseUrl.replace(/\/$/, "") + path);
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.set(name, value);
  }
  return url;
}

async function readBounded(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > LONGEST_ANSWER_BYTES) {
      body.destroy();
      throw new NoSiroReplyError("the answer is longer than 8 MiB");
    }
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** The texts of the network layer name hosts and ports; its codes do not. */
function noReply(
  error: unknown,
  { isTimeUp, timeoutMs }: { readonly isTimeUp: boolean; readonly timeoutMs: number },
): NoSiroReplyError {
  if (error instanceof NoSiroReplyError) {
    return error;
  }
  const detail = isTimeUp
    ? `no answer within ${timeoutMs} ms`
    : (errorCode(error) ?? "no connection");
  return new NoSiroReplyError(detail, { cause: error });
}
