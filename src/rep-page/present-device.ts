import type { ListedDevice } from "../domain/device-health.ts";
import { isoInstant } from "../domain/instant.ts";
import type { TestedDevice } from "../domain/tested-device.ts";

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

const WORDS: Readonly<Record<TestedDevice["outcome"], string>> = {
  accepted: "sent",
  "device-gone": "it takes no alerts any more; set it up again",
  "try-later": "there is no answer just now; try again in a minute",
  refused: "the alert could not be sent; tell your operator",
};

/**
 * How a test alert fared, as its rep sees it: never the other side's answer.
 *
 * A browser names its own push service, so the answer would tell what answers at an address of the rep's choice.
 */
export function presentTested({ deviceId, channel, outcome }: TestedDevice) {
  return { deviceId, channel, outcome, answer: WORDS[outcome] };
}
