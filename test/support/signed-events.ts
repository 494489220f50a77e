import { Webhook } from "standardwebhooks";

/** The headers of a signed body. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/** Signs a body as Standard Webhooks, at `atMs` (epoch milliseconds; now by default). */
export function signedHeaders(secret: string, body: string, atMs = Date.now()): SignedHeaders {
  const id = `msg_${atMs}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(atMs / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, new Date(atMs), body),
  };
}

/** The same signature under the names that Svix uses; the id is the message's, over all its tries. */
export function svixHeaders(
  secret: string,
  body: string,
  { id = "msg_1", atMs = Date.now() }: { readonly id?: string; readonly atMs?: number } = {},
): Readonly<Record<`svix-${"id" | "timestamp" | "signature"}`, string>> {
  return {
    "svix-id": id,
    "svix-timestamp": String(Math.floor(atMs / 1000)),
    "svix-signature": new Webhook(secret).sign(id, new Date(atMs), body),
  };
}
