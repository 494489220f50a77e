const DAY = "siro-bridge.day";
const DEVICE = "siro-bridge.device";

/** Remembers the newest day, for when there is no network. */
export function keepDay(day) {
  write(DAY, { day, atMs: Date.now() });
}

/** The day that was known last, and when; undefined when none is. */
export function lastDay() {
  return read(DAY);
}

/** Remembers which device of the rep this browser is. */
export function keepDevice(deviceId) {
  write(DEVICE, deviceId);
}

/** Which device of the rep this browser is; undefined while it gets no alerts. */
export function keptDevice() {
  return read(DEVICE);
}

/** Forgets which device this is. */
export function forgetDevice() {
  write(DEVICE, undefined);
}

/** Forgets the rep: appointments are nobody else's business. */
export function forgetRep() {
  write(DAY, undefined);
  write(DEVICE, undefined);
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key, value) {
  try {
    if (value === undefined) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, JSON.stringify(value));
    }
  } catch {
    // Private browsing keeps nothing; the page works without.
  }
}
