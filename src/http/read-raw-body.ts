import type { IncomingMessage } from "node:http";
import {
  BodyEncodingError,
  BodyTooLargeError,
  BodyTooSlowError,
  BodyTruncatedError,
} from "./body-errors.ts";

/** How much of a body is read, and for how long in total, counted from the call. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Returns the length a request declares, or undefined when it comes in chunks. */
export function declaredLength(request: IncomingMessage): number | undefined {
  const header = request.headers["content-length"];
  return header === undefined ? undefined : Number(header);
}

/**
 * Reads the bytes of a body exactly as they were sent; nothing is decompressed.
 *
 * Holds at most twice `maxBytes`, however small the pieces are. After a rejection the rest of the body is
 * still on the wire: `sendReply` disposes of it.
 *
 * @throws {BodyTooLargeError} when the declared or the real length is over the limit; a declared one before reading.
 * @throws {BodyTooSlowError} when the whole body is not there in time.
 * @throws {BodyTruncatedError} when the connection ends first.
 * @throws {BodyEncodingError} when the body is compressed.
 */
export async function readRawBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    throw new BodyEncodingError("Compressed bodies are not read here");
  }
  const length = declaredLength(request);
  if (length !== undefined && length > limits.maxBytes) {
    throw new BodyTooLargeError(limits.maxBytes);
  }
  return await collect(request, limits, length ?? 0);
}

function collect(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: BodyLimits,
  expectedBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces = new Pieces(expectedBytes);
    const timer = setTimeout(() => settle(new BodyTooSlowError(timeoutMs)), timeoutMs);
    const take = (piece: Buffer) => {
      if (pieces.length + piece.length > maxBytes) {
        settle(new BodyTooLargeError(maxBytes));
      } else {
        pieces.add(piece);
      }
    };
    const finish = () => settle(request.complete ? undefined : new BodyTruncatedError());
    const fail = (cause: Error) => settle(new BodyTruncatedError({ cause }));
    const close = () => settle(new BodyTruncatedError());
    request.on("data", take).on("end", finish).on("error", fail).on("close", close);

    function settle(error: Error | undefined) {
      clearTimeout(timer);
      request.off("data", take).off("end", finish).off("close", close);
      if (error === undefined) {
        request.off("error", fail);
        resolve(pieces.bytes());
        return;
      }
      // `fail` stays: a reset that follows the refusal must not become an uncaught error.
      request.pause();
      reject(error);
    }
  });
}

/** Grows by doubling: a list of one-byte pieces would cost a hundred times the body. */
class Pieces {
  #store: Buffer | undefined;
  readonly #expectedBytes: number;
  length = 0;

  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  add(piece: Buffer): void {
    // The first piece is kept as it is: most bodies come in one, and then nothing is copied.
    this.#store = this.#store === undefined ? piece : this.#grown(this.#store, piece);
    this.length += piece.length;
  }

  bytes(): Buffer {
    return this.#store?.subarray(0, this.length) ?? Buffer.alloc(0);
  }

  #grown(store: Buffer, piece: Buffer): Buffer {
    const needed = this.length + piece.length;
    if (needed <= store.length) {
      piece.copy(store, this.length);
      return store;
    }
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#expectedBytes, store.length * 2));
    store.copy(larger, 0, 0, this.length);
    piece.copy(larger, this.length);
    return larger;
  }
}
