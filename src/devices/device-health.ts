import type { Device } from "../domain/device.ts";
import type { DeviceHealth } from "../domain/device-health.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A browser that gave no sign for so long is warned about. */
const WARN_AFTER_MS = 55 * DAY_MS;
/** After so long without a sign it is taken for gone. */
const GONE_AFTER_MS = 60 * DAY_MS;

/** Says in words how a device fares. Pure. */
export function deviceHealth(device: Device, nowMs: number): DeviceHealth {
  if (device.state === "revoked") {
    return { level: "bad", text: "This device was removed: enrol it again" };
  }
  if (device.state === "gone") {
    return {
      level: "bad",
      text: "Alerts do not reach this device any more: open this page on it and turn them on again",
    };
  }
  const silentMs = silentForMs(device, nowMs);
  if (device.channel === "web-push" && silentMs >= WARN_AFTER_MS) {
    const left = count(Math.max(1, Math.ceil((GONE_AFTER_MS - silentMs) / DAY_MS)), "day");
    const text = `No alert was shown for ${count(Math.floor(silentMs / DAY_MS), "day")}: open this page on that phone, or it is removed in ${left}`;
    return { level: "warn", text };
  }
  return { level: "good", text: lastAlert(device, nowMs) };
}

/** Says whether a browser gave no sign for so long that it must be taken for gone. Pure. */
export function isSilent(device: Device, nowMs: number): boolean {
  const { channel, state } = device;
  return (
    channel === "web-push" && state === "active" && silentForMs(device, nowMs) >= GONE_AFTER_MS
  );
}

/** That a push service accepted an alert is no sign: it does so for phones that are long switched off. */
function silentForMs({ createdAtMs, ...signs }: Device, nowMs: number): number {
  const { lastShownAtMs = 0, lastSeenAtMs = 0 } = signs;
  return nowMs - Math.max(createdAtMs, lastShownAtMs, lastSeenAtMs);
}

function lastAlert({ channel, ...times }: Device, nowMs: number): string {
  const { lastAcceptedAtMs = 0, lastShownAtMs = 0 } = times;
  if (channel === "pull") {
    return "Ready: it asks for its link by itself";
  }
  // The phone shows an alert a moment after it was sent, or says so before the sender heard that it was taken.
  if (lastShownAtMs > 0 && lastShownAtMs >= lastAcceptedAtMs - MINUTE_MS) {
    return `Last alert arrived ${ago(nowMs - lastShownAtMs)}`;
  }
  return lastAcceptedAtMs > 0
    ? `Last alert was sent ${ago(nowMs - lastAcceptedAtMs)}`
    : "Ready: no alert was sent yet";
}

function ago(spanMs: number): string {
  if (spanMs < MINUTE_MS) {
    return "just now";
  }
  if (spanMs < HOUR_MS) {
    return `${Math.floor(spanMs / MINUTE_MS)} min ago`;
  }
  if (spanMs < 2 * DAY_MS) {
    return `${Math.floor(spanMs / HOUR_MS)} h ago`;
  }
  return `${count(Math.floor(spanMs / DAY_MS), "day")} ago`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
