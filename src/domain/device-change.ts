import { z } from "zod";
import { enrolmentSchema } from "./enrolment.ts";

/** What a rep can change about a device of their own. */
export const deviceChangeSchema = z.object({
  label: enrolmentSchema.shape.label,
  /** Another device takes the first place; it cannot be left empty. */
  isPrimary: z.literal(true).optional(),
});
export type DeviceChange = Readonly<z.infer<typeof deviceChangeSchema>>;

/** How a change ended; only an active device that alerts reach can be tried first. */
export type DeviceChangeOutcome = "changed" | "unknown" | "cannot-be-primary";
