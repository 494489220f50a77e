import { describe, expect, test } from "@jest/globals";
import { hastenRung } from "../../src/deliveries/hasten-rung.ts";
import { type Delivery, deliveryIdOf } from "../../src/domain/delivery.ts";
import type { Device } from "../../src/domain/device.ts";
import { PHONE } from "../appointments/rep-day.ts";

const REF = { connection: "acme", userId: PHONE.userId, recordId: "A", promptId: "p1" };

function aDevice(deviceId: string, own: Partial<Device> = {}): Device {
  return { ...PHONE, deviceId, channel: "ntfy", ...own };
}

function aDelivery(
  { deviceId, channel }: Device,
  state: Delivery["state"],
  own: Partial<Delivery> = {},
): Delivery {
  const { promptId, userId } = REF;
  return {
    ...{ deliveryId: deliveryIdOf(promptId, deviceId), promptId, action: "start", userId },
    ...{ deviceId, channel, state, attempts: 1, answer: "", updatedAtMs: 0 },
    ...own,
  };
}

/** The devices whose deliveries are hastened. */
async function hastened(devices: readonly Device[], deliveries: readonly Delivery[]) {
  const asked: string[] = [];
  await hastenRung(
    {
      listDevices: async () => devices,
      readDeliveries: async () => deliveries,
      hasten: async (refs) => void asked.push(...refs.map(({ deviceId }) => deviceId)),
    },
    REF,
  );
  return asked;
}

const [first, second, third] = [aDevice("d1"), aDevice("d2"), aDevice("d3")];

describe("hastenRung", () => {
  test.each([
    "gone",
    "refused",
  ] as const)("nobody else was tried, and it is %s: the rest may go on", async (state) => {
    expect(await hastened([first, second, third], [aDelivery(first, state)])).toEqual(["d2", "d3"]);
  });

  test("a device that never came to an attempt leaves the rest as free", async () => {
    expect(await hastened([{ ...first, state: "revoked" }, second], [])).toEqual(["d2"]);
  });

  test.each([
    "accepted",
    "sending",
    "retrying",
    "spared",
  ] as const)("another device before it has it %s: the rungs keep their times", async (state) => {
    const deliveries = [aDelivery(first, "gone"), aDelivery(second, state)];
    expect(await hastened([first, second, third], deliveries)).toEqual([]);
  });

  test("an integration neither holds the rungs up nor is hastened", async () => {
    const [crm, other] = [
      aDevice("w1", { channel: "webhook" }),
      aDevice("w2", { channel: "webhook" }),
    ];
    const deliveries = [aDelivery(crm, "accepted"), aDelivery(first, "gone")];
    expect(await hastened([crm, other, first, second], deliveries)).toEqual(["d2"]);
  });

  test("another prompt's deliveries count for nothing; devices that cannot be sent to are left out", async () => {
    const deliveries = [
      aDelivery(second, "accepted", { promptId: "p0" }),
      aDelivery(first, "gone"),
    ];
    const devices = [first, second, { ...third, state: "gone" as const }];
    expect(await hastened([...devices, aDevice("d4", { channel: "pull" })], deliveries)).toEqual([
      "d2",
    ]);
  });
});
