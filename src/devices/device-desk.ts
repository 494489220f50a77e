import { listDevices } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import type { Enrolment, EnrolOutcome } from "../domain/enrolment.ts";
import type { TestedDevice } from "../domain/tested-device.ts";
import { deviceHealth } from "./device-health.ts";
import { type EnrolDeviceDeps, enrolDevice } from "./enrol-device.ts";
import { revokeDevice } from "./revoke-device.ts";
import { sendTestPrompt } from "./send-test-prompt.ts";

/** All that an operator can have done with devices. */
export interface DeviceDesk {
  enrol(rep: RepRef, enrolment: Enrolment): Promise<EnrolOutcome>;
  revoke(deviceId: string): Promise<"revoked" | "unknown">;
  /** Undefined for an unknown rep. */
  test(rep: RepRef): Promise<readonly TestedDevice[] | undefined>;
  /** The oldest first, those that are gone or revoked included. */
  list(rep: RepRef): Promise<readonly ListedDevice[]>;
}

/** Binds the device verbs to what they need. */
export function openDeviceDesk(deps: EnrolDeviceDeps): DeviceDesk {
  return {
    enrol: (rep, enrolment) => enrolDevice(deps, rep, enrolment),
    revoke: (deviceId) => revokeDevice(deps, deviceId),
    test: (rep) => sendTestPrompt(deps, rep),
    list: (rep) => listWithHealth(deps, rep),
  };
}

async function listWithHealth(
  { redis, nowMs }: EnrolDeviceDeps,
  rep: RepRef,
): Promise<readonly ListedDevice[]> {
  const devices = await listDevices(redis, rep);
  return devices.map((device) => ({ device, health: deviceHealth(device, nowMs()) }));
}
