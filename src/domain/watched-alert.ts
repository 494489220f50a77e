import { z } from "zod";
import { alertSchema } from "./alert.ts";

/** What is remembered of a condition between two looks; without `told` nobody heard of it yet. */
export const watchedAlertSchema = z.object({
  key: z.string(),
  /** Since when it is so. */
  sinceMs: z.int(),
  /** Since when it is not so any more. */
  missingSinceMs: z.int().optional(),
  told: z
    .object({
      /** When people were last told, how often in all, and how much of it there was then. */
      atMs: z.int(),
      number: z.int(),
      count: z.int(),
      alert: alertSchema,
    })
    .optional(),
});
export type WatchedAlert = Readonly<z.infer<typeof watchedAlertSchema>>;
