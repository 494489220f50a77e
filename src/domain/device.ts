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
  lastAcceptedAtMs: z.int().optional(),
});
export type Device = Readonly<z.infer<typeof deviceSchema>>;
