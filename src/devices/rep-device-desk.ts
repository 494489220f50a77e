import type { RepRef } from "../books/rep-book.ts";
import type { DeviceChange, DeviceChangeOutcome } from "../domain/device-change.ts";
import type { RepEnrolment } from "../domain/rep-enrolment.ts";
import { changeDevice, succeedDevice } from "./change-device.ts";
import { type DeviceDesk, openDeviceDesk } from "./device-desk.ts";
import type { EnrolDeviceDeps } from "./enrol-device.ts";
import { enrolRepDevice, type RepEnrolOutcome } from "./enrol-rep-device.ts";
import { noteSeen } from "./note-seen.ts";
import { revokeOwnDevice } from "./revoke-device.ts";
import { rotatePullToken } from "./rotate-pull-token.ts";

/** One device of one rep; another rep's id leads nowhere. */
export interface OwnDeviceRef extends RepRef {
  readonly deviceId: string;
}

/** All that reps can have done with their own devices. */
export interface RepDeviceDesk extends Pick<DeviceDesk, "list" | "test"> {
  enrol(rep: RepRef, enrolment: RepEnrolment): Promise<RepEnrolOutcome>;
  change(device: OwnDeviceRef, change: DeviceChange): Promise<DeviceChangeOutcome>;
  /** A device takes the place of the one that the same browser was before. */
  succeed(rep: RepRef, devices: { readonly from: string; readonly to: string }): Promise<void>;
  /** The new token; undefined without such a device. */
  rotateToken(device: OwnDeviceRef): Promise<string | undefined>;
  revoke(device: OwnDeviceRef): Promise<"revoked" | "unknown">;
  noteSeen(device: OwnDeviceRef): Promise<"seen" | "revoked">;
}

/** Binds the reps' device verbs to what they need. */
export function openRepDeviceDesk(deps: EnrolDeviceDeps): RepDeviceDesk {
  const { list, test } = openDeviceDesk(deps);
  return {
    list,
    test,
    enrol: (rep, enrolment) => enrolRepDevice(deps, rep, enrolment),
    change: (device, change) => changeDevice(deps, device, change),
    succeed: (rep, devices) => succeedDevice(deps, rep, devices),
    rotateToken: (device) => rotatePullToken(deps, device),
    revoke: (device) => revokeOwnDevice(deps, device, device.deviceId),
    noteSeen: (device) => noteSeen(deps, device),
  };
}
