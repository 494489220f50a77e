import type { Redis } from "ioredis";
import { changeDevices, forgetOwner } from "../books/device-book.ts";
import { listUserIds } from "../books/rep-book.ts";
import { forgetDeviceFamilies } from "../books/session-family-book.ts";
import type { Device } from "../domain/device.ts";

/** Long enough to see why a phone fell silent. */
const KEPT_MS = 60 * 86_400_000;

/** What forgetting needs from the world. */
export interface ForgetEndedDevicesDeps {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/**
 * Forgets the devices of a connection that have been gone or revoked for 60 days; returns how many. Safe to repeat.
 *
 * The days count from the first run that finds a device ended. One that is gone and on which the rep still opens the
 * page is kept.
 */
export async function forgetEndedDevices(
  { redis, nowMs }: ForgetEndedDevicesDeps,
  connection: string,
): Promise<number> {
  let forgotten = 0;
  for (const userId of await listUserIds(redis, connection)) {
    const removed = await changeDevices(redis, { connection, userId }, (devices) => {
      const ended = devices.filter(({ state }) => state !== "active");
      const removed = ended.filter((device) => isOver(device, nowMs()));
      const changed = ended
        .filter(({ endedAtMs }) => endedAtMs === undefined)
        .map((device) => ({ ...device, endedAtMs: nowMs() }));
      return { result: removed, changed, removed };
    });
    for (const device of removed) {
      await forgetOwner(redis, device);
      await forgetDeviceFamilies(redis, device.deviceId);
    }
    forgotten += removed.length;
  }
  return forgotten;
}

function isOver({ endedAtMs, lastSeenAtMs = 0 }: Device, nowMs: number): boolean {
  return endedAtMs !== undefined && nowMs - Math.max(endedAtMs, lastSeenAtMs) >= KEPT_MS;
}
