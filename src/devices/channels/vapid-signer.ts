import webPush from "web-push";
import type { Vapid } from "../../vapid.ts";

/** A signature is good for twelve hours; RFC 8292 allows 24. */
const RENEW_AFTER_MS = 6 * 3_600_000;

/** The `Authorization` header for the push service at an origin. */
export type VapidSigner = (origin: string, nowMs: number) => string;

/** Signs for push services, once for each of them every six hours: a signature costs as much as an encryption. */
export function createVapidSigner({ subject, publicKey, privateKey }: Vapid): VapidSigner {
  const signed = new Map<string, { readonly header: string; readonly atMs: number }>();
  return (origin, nowMs) => {
    const known = signed.get(origin);
    if (known !== undefined && nowMs - known.atMs < RENEW_AFTER_MS) {
      return known.header;
    }
    const { Authorization: header } = webPush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      "aes128gcm",
    );
    signed.set(origin, { header, atMs: nowMs });
    return header;
  };
}
