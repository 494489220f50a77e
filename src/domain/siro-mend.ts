import { z } from "zod";
import { promptRefSchema } from "./prompt.ts";

/** What the bridge may change in Siro; part of a connection's `siro` settings, and all of it off by default. */
export const siroMendSchema = z.strictObject({
  /** Whether a recording that hangs on nothing, or on other records, is linked to its visit's. */
  repair: z.enum(["off", "dry-run", "on"]).default("off"),
  /** How long after a recording was seen to be processed Siro may still link it by itself. */
  repairAfterMinutes: z.number().min(0).max(1440).default(15),
  /** Whether a recording that a `restart` began gets its visit's title, which that link cannot carry. */
  titleRestarts: z.boolean().default(false),
  /** Whether visits are put to Siro as engagements before their start is due. */
  syncEngagements: z.boolean().default(false),
});
export type SiroMend = Readonly<z.infer<typeof siroMendSchema>>;

/** The recording that a prompt began, as it waits to be looked after. */
export const mendRefSchema = promptRefSchema.extend({ recordingId: z.string().min(1) });
export type MendRef = Readonly<z.infer<typeof mendRefSchema>>;
