import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { planDeliveries } from "../../src/deliveries/climb-ladder.ts";
import { channelKindSchema, type Device, isPushDevice } from "../../src/domain/device.ts";
import { PHONE } from "../appointments/rep-day.ts";
import { aSchedule } from "../support/builders.ts";

type Ladder = Parameters<typeof planDeliveries>[1];

const DEFAULT = aSchedule().ladder;

let drawn = 0;

function aDevice(channel: Device["channel"], own: Partial<Device> = {}): Device {
  drawn += 1;
  return { ...PHONE, deviceId: `${channel}-${drawn}`, channel, ...own };
}

/** The seconds after which each device gets the prompt, in the order of the devices. */
function waitsOf(devices: readonly Device[], ladder: Ladder = DEFAULT) {
  const planned = planDeliveries(devices, ladder);
  return devices.map(({ deviceId }) => {
    const found = planned.find((one) => one.deviceId === deviceId);
    return found === undefined ? "never" : found.afterMs / 1000;
  });
}

describe("planDeliveries, the default ladder", () => {
  test("the primary device first, the others after a minute, mail and text after three", () => {
    const devices = [
      aDevice("web-push"),
      aDevice("ntfy", { isPrimary: true }),
      aDevice("salesforce-notification"),
      aDevice("email"),
      aDevice("sms"),
    ];
    expect(waitsOf(devices)).toEqual([60, 0, 60, 180, 180]);
  });

  test.each([
    ["ntfy before web push", [aDevice("web-push"), aDevice("ntfy")], [60, 0]],
    [
      "web push before Salesforce",
      [aDevice("salesforce-notification"), aDevice("web-push")],
      [60, 0],
    ],
    [
      "of two alike the one with the newest sign",
      [
        aDevice("web-push", { createdAtMs: 5, lastAcceptedAtMs: 6 }),
        aDevice("web-push", { lastShownAtMs: 9 }),
        aDevice("web-push", { createdAtMs: 8 }),
      ],
      [60, 0, 60],
    ],
  ])("without a chosen one the best is the primary: %s", (_, devices, waits) => {
    expect(waitsOf(devices)).toEqual(waits);
  });

  test("a chosen device that is gone is not waited for", () => {
    const gone = aDevice("ntfy", { isPrimary: true, state: "gone" });
    expect(waitsOf([gone, aDevice("web-push")])).toEqual(["never", 0]);
  });

  test("a rep who can only be reached by mail gets it at once", () => {
    expect(waitsOf([aDevice("email")])).toEqual([0]);
    expect(waitsOf([aDevice("email"), aDevice("webhook")])).toEqual([0, 0]);
  });

  test("mail is chosen as the primary by the rep: it comes first", () => {
    const devices = [aDevice("web-push"), aDevice("email", { isPrimary: true })];
    expect(waitsOf(devices)).toEqual([60, 0]);
  });

  test("an integration gets everything at once, a device that asks by itself nothing", () => {
    const devices = [
      aDevice("webhook", { isPrimary: true }),
      aDevice("pull"),
      aDevice("ntfy"),
      aDevice("webhook"),
    ];
    expect(waitsOf(devices)).toEqual([0, "never", 0, 0]);
  });
});

describe("planDeliveries, ladders of one's own", () => {
  test("the first rung that names a device counts, in whatever order they are written", () => {
    const ladder: Ladder = [
      { afterSeconds: 90, to: ["web-push", "email"] },
      { afterSeconds: 30, to: "email" },
      { afterSeconds: 0, to: ["primary"] },
    ];
    expect(waitsOf([aDevice("ntfy"), aDevice("email"), aDevice("web-push")], ladder)).toEqual([
      0, 30, 90,
    ]);
  });

  test("a channel with a rung of its own is not among the others", () => {
    const ladder: Ladder = [
      { afterSeconds: 0, to: "primary" },
      { afterSeconds: 10, to: "others" },
      { afterSeconds: 20, to: "web-push" },
    ];
    expect(
      waitsOf([aDevice("ntfy"), aDevice("web-push"), aDevice("salesforce-notification")], ladder),
    ).toEqual([0, 20, 10]);
  });

  test("others means not the primary, also where they come first", () => {
    const ladder: Ladder = [
      { afterSeconds: 0, to: "others" },
      { afterSeconds: 30, to: "primary" },
    ];
    expect(waitsOf([aDevice("ntfy"), aDevice("web-push")], ladder)).toEqual([30, 0]);
  });

  test("a device that no rung names gets the prompt with the last rung", () => {
    const ladder: Ladder = [
      { afterSeconds: 0, to: "primary" },
      { afterSeconds: 40, to: "sms" },
    ];
    expect(waitsOf([aDevice("ntfy"), aDevice("email")], ladder)).toEqual([0, 40]);
  });

  test("a webhook cannot be made to wait, and nobody waits for its rung", () => {
    const ladder: Ladder = [
      { afterSeconds: 0, to: "email" },
      { afterSeconds: 15, to: "primary" },
      { afterSeconds: 25, to: ["webhook", "others"] },
    ];
    expect(waitsOf([aDevice("webhook"), aDevice("ntfy"), aDevice("web-push")], ladder)).toEqual([
      0, 0, 10,
    ]);
  });
});

describe("planDeliveries, whatever the devices and the ladder", () => {
  const names = [...channelKindSchema.options, "primary", "others", "no-such-channel"];
  const device = fc
    .record({
      channel: fc.constantFrom(...channelKindSchema.options),
      state: fc.constantFrom("active" as const, "gone" as const, "revoked" as const),
      isPrimary: fc.boolean(),
      lastAcceptedAtMs: fc.nat(),
    })
    .map(({ channel, ...own }) => aDevice(channel, own));
  const rung = fc.record({
    afterSeconds: fc.nat(600),
    to: fc.oneof(
      fc.constantFrom(...names),
      fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
    ),
  });
  const input = [fc.array(device, { maxLength: 8 }), fc.array(rung, { maxLength: 5 })] as const;

  test("every active push device gets the prompt exactly once, in the order of the waits", () => {
    fc.assert(
      fc.property(...input, (devices, ladder) => {
        const planned = planDeliveries(devices, ladder);
        expect(planned.map(({ deviceId }) => deviceId).sort()).toEqual(
          devices
            .filter(isPushDevice)
            .map(({ deviceId }) => deviceId)
            .sort(),
        );
        const waits = planned.map(({ afterMs }) => afterMs);
        expect(waits).toEqual(waits.toSorted((left, right) => left - right));
      }),
    );
  });

  test("somebody who is not an integration always gets it at once, and integrations never wait", () => {
    fc.assert(
      fc.property(...input, (devices, ladder) => {
        const planned = planDeliveries(devices, ladder);
        const waitsFor = (isWebhook: boolean) =>
          planned
            .filter(({ deviceId }) => deviceId.startsWith("webhook") === isWebhook)
            .map(({ afterMs }) => afterMs);
        expect(waitsFor(true).every((afterMs) => afterMs === 0)).toBe(true);
        const [first] = waitsFor(false);
        expect(first ?? 0).toBe(0);
      }),
    );
  });

  test("the order in which the rungs are written counts for nothing", () => {
    fc.assert(
      fc.property(...input, (devices, ladder) => {
        const ordered = ladder.toSorted((left, right) => left.afterSeconds - right.afterSeconds);
        expect(planDeliveries(devices, ordered)).toEqual(planDeliveries(devices, ladder));
      }),
    );
  });
});
