import { createECDH, randomBytes, randomUUID } from "node:crypto";

/** What a browser's `PushSubscription` says as JSON: a push service that is allowed, and real keys. */
export function aSubscription(endpoint = randomUUID()) {
  const keys = createECDH("prime256v1");
  return {
    endpoint: `https://updates.push.services.mozilla.com/wpush/v2/${endpoint}`,
    expirationTime: null,
    keys: {
      p256dh: keys.generateKeys("base64url"),
      auth: randomBytes(16).toString("base64url"),
    },
  };
}
