import type { Redis } from "ioredis";
import { changeDevices } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import { canBePrimary, type Device } from "../domain/device.ts";
import type { DeviceChange, DeviceChangeOutcome } from "../domain/device-change.ts";

/** What changing needs from the world. */
export interface ChangeDeviceDeps {
  readonly redis: Redis;
}

/**
 * Renames a device of a rep, or makes it the one that is tried first; all others then are not.
 *
 * Another rep's device, and one that was removed, is unknown.
 */
export function changeDevice(
  { redis }: ChangeDeviceDeps,
  rep: RepRef & { readonly deviceId: string },
  change: DeviceChange,
): Promise<DeviceChangeOutcome> {
  return changeDevices(redis, rep, (devices) => {
    const device = devices.find(({ deviceId }) => deviceId === rep.deviceId);
    if (device === undefined || device.state === "revoked") {
      return { result: "unknown", changed: [] };
    }
    if (change.isPrimary === true && !canBePrimary(device)) {
      return { result: "cannot-be-primary", changed: [] };
    }
    const renamed = { ...device, label: change.label ?? device.label };
    return {
      result: "changed",
      // All are written, changed or not: two devices made primary at the same moment must not both stay it.
      changed: change.isPrimary === true ? makePrimary(renamed, devices) : [renamed],
    };
  });
}

/**
 * A browser renewed its subscription and so became another device: it takes over the name and the first place, and
 * the old one, which nothing can reach any more, is revoked, so that nobody sees the same phone twice.
 */
export function succeedDevice(
  { redis }: ChangeDeviceDeps,
  rep: RepRef,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  return changeDevices(redis, rep, (devices) => {
    const old = devices.find(({ deviceId }) => deviceId === from);
    const heir = devices.find(({ deviceId }) => deviceId === to);
    if (old === undefined || heir === undefined || old.state === "revoked") {
      return { result: undefined, changed: [] };
    }
    const { isPrimary = false, ...rest } = old;
    const named = { ...heir, label: old.label };
    const changed: Device[] = [
      { ...rest, state: "revoked" },
      isPrimary ? { ...named, isPrimary } : named,
    ];
    return { result: undefined, changed };
  });
}

function makePrimary(chosen: Device, devices: readonly Device[]): readonly Device[] {
  return devices.map(({ isPrimary: _, ...device }) =>
    device.deviceId === chosen.deviceId ? { ...chosen, isPrimary: true } : device,
  );
}
