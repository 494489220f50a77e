import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { findDevice, listDevices, readDevice, saveDevice } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { noteDeviceFamilies } from "../../src/books/session-family-book.ts";
import { openChannels } from "../../src/channels.ts";
import { enrolDevice } from "../../src/devices/enrol-device.ts";
import { forgetEndedDevices } from "../../src/devices/forget-ended-devices.ts";
import { revokeDevice } from "../../src/devices/revoke-device.ts";
import type { Device } from "../../src/domain/device.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type AdminStore, SECRET_KEY, startStore } from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";
import { PHONE } from "../appointments/rep-day.ts";

const DAY_MS = 86_400_000;
const REP_REF = { connection: "acme", userId: REP.userId };
const ADDRESS = { url: "http://127.0.0.1:9/", secret: `whsec_${"A".repeat(32)}` };

const open = openChannels({ outboundAllow: ["127.0.0.1"], connections: new Map() });
let store: AdminStore;

beforeAll(async () => {
  store = await startStore();
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
});
afterAll(async () => {
  await open.close();
  await store.stop();
});

async function aDevice(deviceId: string, own: Partial<Device>): Promise<void> {
  await saveDevice(store.redis, { ...PHONE, ...REP_REF, deviceId, ...own });
}

function keepUpOnDay(day: number): Promise<number> {
  return forgetEndedDevices({ redis: store.redis, nowMs: () => day * DAY_MS }, "acme");
}

async function deviceIds(): Promise<readonly string[]> {
  return (await listDevices(store.redis, REP_REF)).map(({ deviceId }) => deviceId).sort();
}

async function enrol(): Promise<string> {
  const { queues, redis } = store;
  const publicUrl = new URL("http://bridge.example.com");
  const deps = { redis, channels: open.channels, secretKey: SECRET_KEY, publicUrl };
  const outcome = await enrolDevice(
    { ...deps, deliveries: queues.deliveries, nowMs: Date.now },
    REP_REF,
    { channel: "webhook", address: ADDRESS },
  );
  return outcome.kind === "enrolled" ? outcome.deviceId : outcome.kind;
}

describe("forgetEndedDevices", () => {
  test("forgets what has been gone or revoked for 60 days, wherever it is known", async () => {
    await aDevice("active", {});
    await aDevice("gone", { state: "gone" });
    await aDevice("revoked", { state: "revoked" });
    expect([await keepUpOnDay(100), await keepUpOnDay(159)]).toEqual([0, 0]);
    expect(await deviceIds()).toEqual(["active", "gone", "revoked"]);
    for (const deviceId of ["active", "gone"]) {
      await noteDeviceFamilies(store.redis, deviceId, { families: ["a family"] });
    }
    expect(await keepUpOnDay(160)).toBe(2);
    expect(await deviceIds()).toEqual(["active"]);
    expect(await store.redis.ttl(keyspace.deviceFamilies("active"))).toBe(-1);
    expect(await store.redis.ttl(keyspace.deviceFamilies("gone"))).toBeGreaterThan(0);
    await noteDeviceFamilies(store.redis, "gone", { families: ["another"] });
    expect(await store.redis.ttl(keyspace.deviceFamilies("gone"))).toBe(-1);
    expect(await findDevice(store.redis, "gone")).toBeUndefined();
    expect(await store.redis.hkeys("sb:devices")).toEqual(["active"]);
    expect(await keepUpOnDay(161)).toBe(0);
  });

  test("one that is gone and on whose page the rep still looks is kept: its session would end", async () => {
    await aDevice("gone", { state: "gone", lastSeenAtMs: 150 * DAY_MS });
    await keepUpOnDay(100);
    expect(await keepUpOnDay(209)).toBe(0);
    expect(await keepUpOnDay(210)).toBe(1);
  });

  test("one that came back begins anew", async () => {
    const deviceId = await enrol();
    await revokeDevice({ redis: store.redis }, deviceId);
    await keepUpOnDay(100);
    expect(await enrol()).toBe(deviceId);
    const device = await readDevice(store.redis, { ...REP_REF, deviceId });
    expect(device).toMatchObject({ state: "active" });
    expect(device).not.toHaveProperty("endedAtMs");
    await revokeDevice({ redis: store.redis }, deviceId);
    expect(await keepUpOnDay(160)).toBe(0);
  });
});
