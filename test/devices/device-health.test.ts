import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { listDevices, saveDevice } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { deviceHealth } from "../../src/devices/device-health.ts";
import { retireSilentDevices } from "../../src/devices/retire-silent-devices.ts";
import { type Device, deviceSchema } from "../../src/domain/device.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 9);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function aDevice(own: Partial<Device> = {}): Device {
  return deviceSchema.parse({
    deviceId: "d1",
    connection: "acme",
    userId: REP.userId,
    channel: "web-push",
    label: "My phone",
    state: "active",
    sealedAddress: "",
    addressHash: "",
    createdAtMs: NOW_MS - 100 * DAY_MS,
    lastSeenAtMs: NOW_MS - DAY_MS,
    ...own,
  });
}

const ago = (ms: number) => NOW_MS - ms;

describe("how a device fares", () => {
  test.each<readonly [string, Partial<Device>]>([
    ["good: Ready: no alert was sent yet", {}],
    ["good: Ready: it asks for its link by itself", { channel: "pull" }],
    ["good: Last alert was sent just now", { lastAcceptedAtMs: ago(59_000) }],
    ["good: Last alert was sent 59 min ago", { lastAcceptedAtMs: ago(59 * MINUTE_MS) }],
    [
      "good: Last alert arrived 2 h ago",
      { lastShownAtMs: ago(120 * MINUTE_MS), lastAcceptedAtMs: ago(120 * MINUTE_MS) },
    ],
    [
      "good: Last alert was sent 3 min ago",
      { lastShownAtMs: ago(120 * MINUTE_MS), lastAcceptedAtMs: ago(3 * MINUTE_MS) },
    ],
    ["good: Last alert arrived 47 h ago", { lastShownAtMs: ago(47 * 60 * MINUTE_MS) }],
    ["good: Last alert arrived 2 days ago", { lastShownAtMs: ago(2 * DAY_MS) }],
    [
      "good: Last alert arrived 54 days ago",
      { lastSeenAtMs: 0, lastShownAtMs: ago(54.9 * DAY_MS) },
    ],
    [
      "warn: No alert was shown for 55 days: open this page on that phone, or it is removed in 5 days",
      { lastSeenAtMs: 0, lastShownAtMs: ago(55 * DAY_MS) },
    ],
    [
      "warn: No alert was shown for 59 days: open this page on that phone, or it is removed in 1 day",
      { lastSeenAtMs: ago(59.5 * DAY_MS), lastAcceptedAtMs: ago(DAY_MS) },
    ],
    [
      "good: Last alert was sent 90 days ago",
      { channel: "ntfy", lastAcceptedAtMs: ago(90 * DAY_MS), lastSeenAtMs: 0 },
    ],
    [
      "bad: Alerts do not reach this device any more: open this page on it and turn them on again",
      { state: "gone" },
    ],
    ["bad: This device was removed: enrol it again", { state: "revoked" }],
  ])("%s", (expected, own) => {
    const { level, text } = deviceHealth(aDevice(own), NOW_MS);
    expect(`${level}: ${text}`).toBe(expected);
  });
});

describe("devices that gave no sign for 60 days", () => {
  let store: AdminStore;
  beforeAll(async () => {
    store = await startStore();
    await saveRep(store.redis, "acme", REP);
  });
  afterAll(() => store.stop());

  test("are gone; whatever gave a sign, is new, or cannot give one stays", async () => {
    const silent = { lastSeenAtMs: ago(60 * DAY_MS) };
    const devices = [
      aDevice({ deviceId: "silent", ...silent, lastAcceptedAtMs: NOW_MS }),
      aDevice({ deviceId: "almost", lastSeenAtMs: ago(60 * DAY_MS - 1) }),
      aDevice({ deviceId: "shown", ...silent, lastShownAtMs: ago(DAY_MS) }),
      aDevice({ deviceId: "new", lastSeenAtMs: 0, createdAtMs: ago(DAY_MS) }),
      aDevice({ deviceId: "ntfy", ...silent, channel: "ntfy" }),
      aDevice({ deviceId: "revoked", ...silent, state: "revoked" }),
    ];
    for (const device of devices) {
      await saveDevice(store.redis, device);
    }
    const deps = { redis: store.redis, nowMs: () => NOW_MS };
    expect(await retireSilentDevices(deps, "acme")).toBe(1);
    expect(await retireSilentDevices(deps, "acme")).toBe(0);
    const listed = await listDevices(store.redis, { connection: "acme", userId: REP.userId });
    const states = Object.fromEntries(listed.map(({ deviceId, state }) => [deviceId, state]));
    expect(states).toEqual({
      silent: "gone",
      almost: "active",
      shown: "active",
      new: "active",
      ntfy: "active",
      revoked: "revoked",
    });
  });
});
