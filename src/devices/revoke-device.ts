import type { Redis } from "ioredis";
import { changeDevices, findDevice, forgetPullToken, readDevice } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import type { Device } from "../domain/device.ts";

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
  deps: RevokeDeviceDeps,
  deviceId: string,
): Promise<"revoked" | "unknown"> {
  return revoke(deps, await findDevice(deps.redis, deviceId));
}

/** Revokes a device for its own rep; another rep's device is unknown. */
export async function revokeOwnDevice(
  deps: RevokeDeviceDeps,
  rep: RepRef,
  deviceId: string,
): Promise<"revoked" | "unknown"> {
  return revoke(deps, await readDevice(deps.redis, { ...rep, deviceId }));
}

async function revoke(
  { redis }: RevokeDeviceDeps,
  device: Device | undefined,
): Promise<"revoked" | "unknown"> {
  if (device === undefined) {
    return "unknown";
  }
  const { deviceId } = device;
  const tokenHash = await changeDevices(redis, device, (devices) => {
    const changed = devices.filter((one) => one.deviceId === deviceId).map(asRevoked);
    return { result: changed[0]?.addressHash ?? "", changed };
  });
  if (device.channel === "pull") {
    await forgetPullToken(redis, tokenHash);
  }
  return "revoked";
}

function asRevoked({ isPrimary: _, ...device }: Device): Device {
  return { ...device, state: "revoked" };
}
