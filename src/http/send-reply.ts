import type { IncomingMessage, ServerResponse } from "node:http";

/** A reply as it is written to the wire; `body` is sent with its exact length. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text leaves in one write with the head, bytes do not. */
  readonly body: Buffer | string;
}

/** How long, and how much of, an unwanted body is read and thrown away before the connection is cut. */
const LINGER_MS = 5000;
const LINGER_BYTES = 16 * 1024 * 1024;

/** Builds a JSON reply. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): RawReply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

/**
 * Sends a reply; does nothing when the caller is gone.
 *
 * When the body of the request is still arriving, the reply goes out at once, the rest is thrown away within
 * limits, and the connection ends: cutting it earlier would reset it and lose the reply on its way.
 */
export function sendReply(response: ServerResponse, { status, headers, body }: RawReply): void {
  if (response.destroyed || response.headersSent) {
    return;
  }
  // RFC 9110, 8.6: an answer without content has no length either.
  const length = status === 204 ? {} : { "content-length": Buffer.byteLength(body) };
  if (response.req.complete) {
    response.writeHead(status, { ...headers, ...length }).end(body);
    return;
  }
  response.writeHead(status, { ...headers, ...length, connection: "close" });
  response.write(body);
  discardRest(response.req, () => response.end());
}

function discardRest(request: IncomingMessage, then: () => void): void {
  let discardedBytes = 0;
  const timer = setTimeout(finish, LINGER_MS);
  request.on("data", count).on("end", finish).on("error", finish).on("close", finish).resume();

  function count(piece: Buffer) {
    discardedBytes += piece.length;
    if (discardedBytes > LINGER_BYTES) {
      finish();
    }
  }
  function finish() {
    clearTimeout(timer);
    request.off("data", count).off("end", finish).off("close", finish);
    then();
  }
}
