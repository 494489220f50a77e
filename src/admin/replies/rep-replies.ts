import { z } from "zod";
import { deviceSchema } from "../../domain/device.ts";
import { listOf, moment, namedRep } from "./shared.ts";

const { channel, state } = deviceSchema.shape;

const device = z.object({
  deviceId: z.string(),
  channel,
  state,
  label: z.string(),
  createdAt: moment,
  lastAcceptedAt: moment.optional(),
  health: z.object({ level: z.enum(["good", "warn", "bad"]), text: z.string() }),
});

/** All reps of a connection with their devices, without addresses. */
export const repsReply = listOf(namedRep.extend({ devices: z.array(device) }));

/** The rep as it is known now. */
export const repReply = namedRep;

/** `token` is the bearer of a pull device; it is never told again. */
export const enrolledReply = z.object({ deviceId: z.string(), token: z.string().optional() });

/** How a test prompt fared on each device. */
export const testPromptReply = z.object({
  devices: z.array(
    z.object({
      deviceId: z.string(),
      channel,
      outcome: z.enum(["accepted", "device-gone", "refused", "try-later"]),
      answer: z.string(),
    }),
  ),
});

/** A link that works once, and the same as a QR code. */
export const inviteReply = z.object({ url: z.string(), qrSvg: z.string(), expiresAt: moment });

const row = z.object({
  line: z.number(),
  state: z.string(),
  notes: z.array(z.string()),
  cells: z.record(z.string(), z.string()),
});

/** What would come of a list of reps. */
export const checkedListReply = z.object({
  isDryRun: z.literal(true),
  canMail: z.boolean(),
  counts: z.record(z.string(), z.number()),
  rows: z.array(row),
});

/** What came of a list of reps; `csv` has the links for a spreadsheet. */
export const invitedListReply = z.object({
  counts: z.record(z.string(), z.number()),
  rows: z.array(
    row.extend({
      url: z.string().optional(),
      expiresAt: moment.optional(),
      mailed: z.string().optional(),
    }),
  ),
  csv: z.string(),
});
