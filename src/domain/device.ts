import { z } from "zod";

/** The kinds of roads to a device. */
export const channelKindSchema = z.enum([
  "web-push",
  "ntfy",
  "webhook",
  "email",
  "sms",
  "salesforce-notification",
  "pull",
]);
export type ChannelKind = z.infer<typeof channelKindSchema>;

/** One place a rep can be reached, through one channel. The address is encrypted at rest. */
export const deviceSchema = z.object({
  deviceId: z.string(),
  connection: z.string(),
  userId: z.string(),
  channel: channelKindSchema,
  label: z.string(),
  state: z.enum(["active", "gone", "revoked"]),
  /** AES-256-GCM, base64; empty for a pull device, which has no address. */
  sealedAddress: z.string(),
  /** Tells the same address again without opening it. */
  addressHash: z.string(),
  createdAtMs: z.int(),
  /** The device that is tried first; without one the ladder chooses. */
  isPrimary: z.boolean().optional(),
  platform: z.enum(["ios", "android", "desktop"]).optional(),
  lastAcceptedAtMs: z.int().optional(),
  /** When the device last said that it showed a prompt. */
  lastShownAtMs: z.int().optional(),
  /** When the rep last opened the page on it. */
  lastSeenAtMs: z.int().optional(),
  /** When the upkeep first found it gone or revoked. */
  endedAtMs: z.int().optional(),
});
export type Device = Readonly<z.infer<typeof deviceSchema>>;

/** Says whether prompts are sent to a device: one that is active and does not ask by itself. */
export function isPushDevice({ state, channel }: Pick<Device, "state" | "channel">): boolean {
  return state === "active" && channel !== "pull";
}

/** Says whether a device can be the one that is tried first: an integration gets everything at once anyway. */
export function canBePrimary(device: Pick<Device, "state" | "channel">): boolean {
  return isPushDevice(device) && device.channel !== "webhook";
}
