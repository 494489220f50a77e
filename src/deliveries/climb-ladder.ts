import type { Schedule } from "../domain/connection.ts";
import { type ChannelKind, type Device, isPushDevice } from "../domain/device.ts";

/** When one device gets the prompt, counted from the prompt's moment. */
export interface DeliveryWait {
  readonly deviceId: string;
  readonly afterMs: number;
}

interface Rung {
  readonly afterMs: number;
  readonly names: readonly string[];
}

/** Which device is tried first where the rep chose none: the fewest taps, then the fastest road. */
const BEST_CHANNELS: readonly ChannelKind[] = ["ntfy", "web-push", "salesforce-notification"];

/**
 * Says which active push device gets a prompt when, by the rungs of `schedule.ladder`; in the order of the waits.
 *
 * Each gets it once, at the first rung that names it; one that no rung names gets it with the last. A `webhook`
 * device is an integration and gets everything at once. When a rung reaches nobody, and only webhooks came before
 * it, nobody waits for it: the rungs after it move up.
 */
export function planDeliveries(
  devices: readonly Device[],
  ladder: Schedule["ladder"],
): readonly DeliveryWait[] {
  const active = devices.filter(isPushDevice);
  const people = active.filter(({ channel }) => channel !== "webhook");
  const rungs = rungsOf(ladder);
  const named = new Set(rungs.flatMap(({ names }) => names));
  const primary = primaryOf(people);
  const isNamedBy = (device: Device, { names }: Rung) =>
    names.includes(device.channel) ||
    (names.includes("primary") && device === primary) ||
    (names.includes("others") && device !== primary && !named.has(device.channel));
  const waits = people.map((device) => {
    const rung = rungs.find((one) => isNamedBy(device, one)) ?? rungs.at(-1);
    return { deviceId: device.deviceId, afterMs: rung?.afterMs ?? 0 };
  });
  const firstMs = Math.min(...waits.map(({ afterMs }) => afterMs));
  return [
    ...active
      .filter(({ channel }) => channel === "webhook")
      .map(({ deviceId }) => ({ deviceId, afterMs: 0 })),
    ...waits
      .map(({ deviceId, afterMs }) => ({ deviceId, afterMs: afterMs - firstMs }))
      .sort((left, right) => left.afterMs - right.afterMs),
  ];
}

/** The rungs as they are climbed, whatever order they are written in. */
function rungsOf(ladder: Schedule["ladder"]): readonly Rung[] {
  return ladder
    .map(({ afterSeconds, to }) => ({ afterMs: afterSeconds * 1000, names: [to].flat() }))
    .sort((left, right) => left.afterMs - right.afterMs);
}

/** The device that the rep chose, else the one that is best at showing a prompt, if there is such a one. */
function primaryOf(devices: readonly Device[]): Device | undefined {
  const best = devices
    .filter(({ channel }) => BEST_CHANNELS.includes(channel))
    .sort(
      (left, right) =>
        BEST_CHANNELS.indexOf(left.channel) - BEST_CHANNELS.indexOf(right.channel) ||
        lastSignMs(right) - lastSignMs(left),
    );
  return devices.find(({ isPrimary }) => isPrimary === true) ?? best[0];
}

function lastSignMs(device: Device): number {
  const { createdAtMs, lastAcceptedAtMs = 0, lastShownAtMs = 0, lastSeenAtMs = 0 } = device;
  return Math.max(createdAtMs, lastAcceptedAtMs, lastShownAtMs, lastSeenAtMs);
}
