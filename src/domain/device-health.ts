import type { Device } from "./device.ts";

/** How a device fares, in words for its rep and for operators. */
export interface DeviceHealth {
  readonly level: "good" | "warn" | "bad";
  readonly text: string;
}

/** A device together with how it fares. */
export interface ListedDevice {
  readonly device: Device;
  readonly health: DeviceHealth;
}
