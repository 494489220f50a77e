import { createHmac, timingSafeEqual } from "node:crypto";

/** Half of an HMAC-SHA-256: nobody guesses 128 bits. */
const MAC_BYTES = 16;

/** Whose delivery a token is about: the prompt's own opaque token, and the device. */
export interface AckTarget {
  readonly promptToken: string;
  readonly deviceId: string;
}

/**
 * The token with which one device says that it showed one prompt; opaque, nothing is stored for it.
 *
 * It ends with the prompt's own token.
 */
export function ackToken(target: AckTarget, secretKey: Buffer): string {
  return `${target.promptToken}.${target.deviceId}.${macOf(target, secretKey).toString("base64url")}`;
}

/** Reads a token back; undefined when we did not make it. */
export function readAckToken(token: string, secretKey: Buffer): AckTarget | undefined {
  const [promptToken, deviceId, mac, ...rest] = token.split(".");
  if (promptToken === undefined || deviceId === undefined || mac === undefined || rest.length > 0) {
    return undefined;
  }
  const target = { promptToken, deviceId };
  const given = Buffer.from(mac, "base64url");
  return given.length === MAC_BYTES && timingSafeEqual(given, macOf(target, secretKey))
    ? target
    : undefined;
}

function macOf({ promptToken, deviceId }: AckTarget, secretKey: Buffer): Buffer {
  return createHmac("sha256", secretKey)
    .update(`ack\n${promptToken}\n${deviceId}`)
    .digest()
    .subarray(0, MAC_BYTES);
}
