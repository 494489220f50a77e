import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { noteDevice, readDevice, saveDevice } from "../../src/books/device-book.ts";
import type { Device } from "../../src/domain/device.ts";
import { enrolmentSchema } from "../../src/domain/enrolment.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { PHONE } from "../appointments/rep-day.ts";
import { startRedisServer } from "../support/redis-server.ts";

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe("noteDevice, a provider says that the device is gone", () => {
  test.each([
    ["active", "gone"],
    ["gone", "gone"],
    ["revoked", "revoked"],
  ] as const)("one that is %s is %s afterwards", async (state, after) => {
    const device: Device = { ...PHONE, state };
    await saveDevice(redis, device);
    await noteDevice(redis, PHONE, { state: "gone", lastSeenAtMs: 7 });
    expect(await readDevice(redis, PHONE)).toEqual({ ...device, state: after, lastSeenAtMs: 7 });
  });
});

test("noteDevice, the device's name was cut through a character", async () => {
  const { label = "" } = enrolmentSchema.parse({ channel: "pull", label: "Rita \ud83d" });
  await saveDevice(redis, { ...PHONE, label });
  await noteDevice(redis, PHONE, { lastSeenAtMs: 7 });
  expect(await readDevice(redis, PHONE)).toMatchObject({ label: "Rita \ufffd", lastSeenAtMs: 7 });
});
