import type { ListedDevice } from "../domain/device-health.ts";
import { isoInstant } from "../domain/instant.ts";

/** A device as its rep sees it; never its address. */
export function presentDevice({ device, health }: ListedDevice) {
  const { deviceId, channel, label, state, isPrimary = false, platform, ...times } = device;
  return {
    deviceId,
    channel,
    label,
    state,
    isPrimary,
    platform,
    createdAt: isoInstant(times.createdAtMs),
    lastAcceptedAt: instantOf(times.lastAcceptedAtMs),
    lastShownAt: instantOf(times.lastShownAtMs),
    lastSeenAt: instantOf(times.lastSeenAtMs),
    health,
  };
}

function instantOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : isoInstant(ms);
}
