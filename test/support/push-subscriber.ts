import { createECDH, randomBytes } from "node:crypto";
import ece from "http_ece";
import type { PushedMessage, PushService } from "./push-service.ts";

/** A browser without a window: it subscribes, and reads what comes. */
export interface PushSubscriber {
  /** What `JSON.stringify(subscription)` gives in a browser. */
  readonly subscription: {
    readonly endpoint: string;
    readonly expirationTime: null;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  /** The texts that came and could be decrypted, in order. */
  readonly received: readonly string[];
  /** From now on the push service keeps what comes, one message for each topic. */
  goOffline(): void;
  /** Gets what was kept and is not older than its TTL at this time, epoch milliseconds. */
  comeBack(atMs: number): void;
}

/** Subscribes a new browser at the push service. */
export function subscribe(service: PushService, senderKey?: string): PushSubscriber {
  const channelId = randomBytes(16).toString("hex");
  const curve = createECDH("prime256v1");
  const p256dh = curve.generateKeys("base64url");
  const authSecret = randomBytes(16);
  const received: string[] = [];
  const kept = new Map<string, { readonly message: PushedMessage; readonly atMs: number }>();
  let isOnline = true;

  function read({ body }: PushedMessage): void {
    const text = ece.decrypt(body, { version: "aes128gcm", privateKey: curve, authSecret });
    received.push(text.toString("utf8"));
  }
  const endpoint = service.register(channelId, {
    senderKey,
    deliver: (message) => {
      if (isOnline) {
        read(message);
      } else {
        kept.set(message.topic ?? `no topic ${kept.size}`, { message, atMs: Date.now() });
      }
    },
  });
  return {
    subscription: {
      endpoint,
      expirationTime: null,
      keys: { p256dh, auth: authSecret.toString("base64url") },
    },
    received,
    goOffline: () => {
      isOnline = false;
    },
    comeBack: (atMs) => {
      isOnline = true;
      for (const { message, atMs: sentAtMs } of kept.values()) {
        if (atMs <= sentAtMs + message.ttlSeconds * 1000) {
          read(message);
        }
      }
      kept.clear();
    },
  };
}
