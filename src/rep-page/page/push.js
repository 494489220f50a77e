import { api } from "./calls.js";
import { forgetDevice, keepDevice, keptDevice } from "./kept.js";
import { deviceName, isInstalled, platform } from "./platform.js";

const PATIENCE_MS = 20_000;
const SILENT =
  "The browser's alert service does not answer. Some networks block it: try again on another one.";
const KEY_BYTES = /^[\w-]{80,100}$/;

/**
 * How this browser stands to alerts: "unsupported", "needs-install", "blocked", "off" or "on".
 *
 * An iPhone has them only in an app on the Home Screen.
 */
export async function alertsState() {
  if (!("PushManager" in window && "Notification" in window && "serviceWorker" in navigator)) {
    return platform() === "ios" && !isInstalled() ? "needs-install" : "unsupported";
  }
  if (Notification.permission === "denied") {
    return "blocked";
  }
  const isOn = Notification.permission === "granted" && keptDevice() !== undefined;
  return isOn && (await subscription()) !== null ? "on" : "off";
}

/** Registers the worker that shows alerts and keeps the page for when there is no network. */
export async function startWorker() {
  if ("serviceWorker" in navigator) {
    await navigator.serviceWorker.register("/rep/sw.js", {
      scope: "/rep",
      updateViaCache: "none",
    });
  }
}

/**
 * Asks for permission and enrols this browser. Call it from a tap: the question needs one.
 *
 * @returns "on", or "blocked" when the rep said no.
 */
export async function turnAlertsOn({ vapidPublicKey }) {
  if ((await Notification.requestPermission()) !== "granted") {
    return "blocked";
  }
  await enrol(await subscribe(vapidPublicKey), deviceName());
  return "on";
}

/** Ends the alerts of this browser; the bridge hears of it by its next attempt, or by the caller. */
export async function turnAlertsOff() {
  forgetDevice();
  await (await subscription())?.unsubscribe();
}

/**
 * Tells the bridge this browser's address again: addresses change, and no event is sure to say so.
 *
 * @returns how this device stands: "on", "off", "blocked", "elsewhere" when only other devices get alerts, or
 *   "removed" when the bridge does not count it any more. It is not enrolled again then: somebody wanted it so.
 */
export async function keepAlertsFresh({ vapidPublicKey, devices }) {
  const deviceId = keptDevice();
  if (deviceId === undefined || vapidPublicKey === null) {
    const isReached = devices.some(
      ({ channel, state }) => channel !== "pull" && state === "active",
    );
    return isReached || vapidPublicKey === null ? "elsewhere" : "off";
  }
  const known = devices.find((device) => device.deviceId === deviceId);
  if (known === undefined) {
    await turnAlertsOff();
    return "removed";
  }
  if (Notification.permission !== "granted") {
    return Notification.permission === "denied" ? "blocked" : "off";
  }
  await enrol(await subscribe(vapidPublicKey, known.state === "gone"));
  return "on";
}

/** The alerts that the phone still shows, newest first: what they ask for is at hand without a network. */
export async function shownAlerts() {
  const registration = await navigator.serviceWorker?.getRegistration("/rep");
  const shown = (await registration?.getNotifications?.()) ?? [];
  return shown.filter(({ data }) => data?.kind === "due").toReversed();
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/rep");
  return (await registration?.pushManager?.getSubscription()) ?? null;
}

/** The standing subscription when it was made with this key, else a new one. */
async function subscribe(vapidPublicKey, isForced = false) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const standing = await pushManager.getSubscription();
  if (standing !== null) {
    if (!isForced && keyOf(standing) === vapidPublicKey) {
      return standing;
    }
    await standing.unsubscribe();
  }
  const made = pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(vapidPublicKey),
  });
  return Promise.race([made, noAnswer()]);
}

/** A browser that cannot reach its push service says nothing at all. */
function noAnswer() {
  return new Promise((_resolve, reject) => {
    setTimeout(reject, PATIENCE_MS, new Error(SILENT));
  });
}

async function enrol(made, label) {
  const { endpoint, keys } = made.toJSON();
  const { deviceId } = await api("/devices", {
    method: "POST",
    body: {
      channel: "web-push",
      address: { endpoint, keys },
      platform: platform(),
      ...(label === undefined ? {} : { label }),
    },
  });
  keepDevice(deviceId);
}

function keyOf({ options }) {
  const key = options?.applicationServerKey;
  return key ? base64Url(new Uint8Array(key)) : undefined;
}

function base64Url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(key) {
  if (!KEY_BYTES.test(key ?? "")) {
    throw new Error("The bridge's key for alerts is unusable. Tell your operator.");
  }
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
