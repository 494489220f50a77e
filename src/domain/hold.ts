import { z } from "zod";

/** A connection is on hold: its events are taken in and planned, and nothing is sent. */
export const holdSchema = z.object({
  /** The operator who placed it. */
  by: z.string(),
  sinceMs: z.int(),
});
export type Hold = Readonly<z.infer<typeof holdSchema>>;
