import type { Device } from "../../domain/device.ts";
import { lasting } from "./tell-prompts.ts";

/** When each of a rep's devices gets a prompt, counted from its moment. */
export type Waits = readonly { readonly deviceId: string; readonly afterMs: number }[];

/** Says in plain sentences which devices of a rep would be tried at another time. */
export function tellLadder(
  devices: readonly Device[],
  before: Waits,
  after: Waits,
): readonly string[] {
  return devices.flatMap(({ deviceId, label, channel }) => {
    const was = waitOf(before, deviceId);
    const is = waitOf(after, deviceId);
    return was === undefined || is === undefined || was === is
      ? []
      : [`${label || channel}: tried after ${lasting(was)} → ${lasting(is)}`];
  });
}

function waitOf(waits: Waits, deviceId: string): number | undefined {
  return waits.find((one) => one.deviceId === deviceId)?.afterMs;
}
