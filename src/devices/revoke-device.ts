import type { Redis } from "ioredis";
import { changeDevices, findDevice, forgetPullToken, readDevice } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import { endDeviceFamilies } from "../books/session-family-book.ts";
import type { Device } from "../domain/device.ts";

/** What revoking needs from the world. */
export interface RevokeDeviceDeps {
  readonly redis: Redis;
}

/**
 * Revokes a device for an operator: nothing is sent to it any more, its pull token is worth nothing at once, and
 * all sessions that belong with it end, also the one in the phone's other browser.
 *
 * Safe to repeat.
 */
export async function revokeDevice(
  deps: RevokeDeviceDeps,
  deviceId: string,
): Promise<"revoked" | "unknown"> {
  const device = await findDevice(deps.redis, deviceId);
  if (device !== undefined) {
    await endDeviceFamilies(deps.redis, deviceId);
  }
  return revoke(deps, device);
}

/** Revokes a device for its own rep, and leaves sessions alone; another rep's device is unknown. */
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
