import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Standard Webhooks: older or newer signatures may be replays. */
const TOLERANCE_SECONDS = 5 * 60;
const VERSION_PREFIX = "v1,";

/** The headers of a signature as they were sent; whether it is right shows with the body. */
export interface ClaimedSignature {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

/** How the three headers of a signature begin: by the standard, or as Svix names them. */
export type SignatureHeaders = "webhook" | "svix";

/**
 * Returns the claimed signature of a request.
 *
 * Undefined when a header is missing or the timestamp is more than five minutes off: no body can mend that.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function claimedSignature(
  headers: IncomingHttpHeaders,
  nowMs: number,
  named: SignatureHeaders = "webhook",
): ClaimedSignature | undefined {
  const id = headers[`${named}-id`];
  const timestamp = headers[`${named}-timestamp`];
  const signature = headers[`${named}-signature`];
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signature !== "string") {
    return undefined;
  }
  const isInTime =
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) <= TOLERANCE_SECONDS;
  return isInTime ? { id, timestamp, signatures: signature.split(" ") } : undefined;
}

/**
 * Says whether one of the signatures was made over these bytes with one of the keys.
 *
 * Compares in constant time. It works on the raw bytes and on native code: a body is hashed before its sender
 * is known, so hashing has to be cheap.
 */
export function isSignedWith(
  keys: readonly Buffer[],
  claimed: ClaimedSignature,
  body: Buffer,
): boolean {
  const signatures = claimed.signatures
    .filter((signature) => signature.startsWith(VERSION_PREFIX))
    .map((signature) => Buffer.from(signature.slice(VERSION_PREFIX.length)));
  return keys.some((key) => {
    const expected = Buffer.from(
      createHmac("sha256", key)
        .update(`${claimed.id}.${claimed.timestamp}.`)
        .update(body)
        .digest("base64"),
    );
    return signatures.some(
      (signature) => signature.length === expected.length && timingSafeEqual(signature, expected),
    );
  });
}
