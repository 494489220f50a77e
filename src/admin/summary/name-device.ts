import type { Device } from "../../domain/device.ts";
import type { Rep } from "../../domain/rep.ts";

/** A rep as far as a summary needs to know them. */
export interface SummaryRep extends Pick<Rep, "userId" | "name" | "email" | "timeZone"> {
  readonly devices: readonly SummaryDevice[];
}

/** A device as far as a summary needs to know it. */
export type SummaryDevice = Pick<Device, "deviceId" | "label" | "channel" | "state">;

/** What to call a rep in a sentence: the first name, or what else is known. */
export function nameOf({ name, email, userId }: SummaryRep): string {
  return name?.split(/\s+/, 1)[0] || email || `rep ${userId}`;
}

const CHANNEL_NAMES: Readonly<Record<SummaryDevice["channel"], string>> = {
  "web-push": "browser",
  ntfy: "ntfy app",
  webhook: "integration",
  email: "e-mail",
  sms: "text messages",
  "salesforce-notification": "Salesforce app",
  pull: "automation",
};

/** Names a device as its owner's: "Dana's iPhone". */
export function deviceName(rep: SummaryRep, deviceId: string | undefined): string {
  const device = rep.devices.find((one) => one.deviceId === deviceId);
  const owner = nameOf(rep);
  if (device === undefined) {
    return `a device of ${owner}`;
  }
  const label = device.label === device.channel ? CHANNEL_NAMES[device.channel] : device.label;
  return label.toLowerCase().startsWith(owner.toLowerCase()) ? label : `${owner}'s ${label}`;
}

/** Says what a rep lacks to be reached; undefined when there is a device that is sent to or that asks. */
export function whyUnreachable(rep: SummaryRep): string | undefined {
  if (rep.devices.some(({ state }) => state === "active")) {
    return undefined;
  }
  return rep.devices.some(({ state }) => state === "gone")
    ? `${nameOf(rep)}'s device cannot be reached any more`
    : `${nameOf(rep)} has no device`;
}
