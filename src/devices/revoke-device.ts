import type { Redis } from "ioredis";
import { findDevice, forgetPullToken, saveDevice } from "../books/device-book.ts";

/** What revoking needs from the world. */
export interface RevokeDeviceDeps {
  readonly redis: Redis;
}

/**
 * Revokes a device: nothing is sent to it any more, and its pull token is worth nothing at once.
 *
 * Safe to repeat.
 */
export async function revokeDevice(
  { redis }: RevokeDeviceDeps,
  deviceId: string,
): Promise<"revoked" | "unknown"> {
  const device = await findDevice(redis, deviceId);
  if (device === undefined) {
    return "unknown";
  }
  await saveDevice(redis, { ...device, state: "revoked" });
  if (device.channel === "pull") {
    await forgetPullToken(redis, device.addressHash);
  }
  return "revoked";
}
