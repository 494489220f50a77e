import type { Redis } from "ioredis";
import { claimPushEndpoint } from "../books/device-book.ts";
import type { Device } from "../domain/device.ts";
import { pushEndpointOf } from "./channels/push-subscription.ts";
import { revokeOwnDevice } from "./revoke-device.ts";
import { addressDigest } from "./sealed-address.ts";

/** What claiming needs from the world. */
export interface ClaimBrowserDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
}

/**
 * Makes a browser the device of its newest rep alone: the device that it was for another rep is revoked, or one rep's
 * customers would stand on another's screen.
 *
 * For browsers only: a topic or a webhook may well serve several reps. Safe to repeat.
 */
export async function claimBrowser(
  { redis, secretKey }: ClaimBrowserDeps,
  device: Device,
  address: unknown,
): Promise<void> {
  const endpoint = device.channel === "web-push" ? pushEndpointOf(address) : undefined;
  if (endpoint === undefined) {
    return;
  }
  const before = await claimPushEndpoint(redis, addressDigest(endpoint, secretKey), device);
  if (before !== undefined && before.deviceId !== device.deviceId) {
    await revokeOwnDevice({ redis }, before, before.deviceId);
  }
}
