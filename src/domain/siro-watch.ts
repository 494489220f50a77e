import { z } from "zod";

/** How Siro is asked what became of the prompts; part of a connection's `siro` settings. */
export const siroWatchSchema = z.strictObject({
  /** How often, while a prompt is outstanding. */
  pollSeconds: z.int().min(1).max(3600).default(10),
  /** How far each look reaches back behind the one before; a recorder's report is read together with its link. */
  overlapSeconds: z.int().min(120).max(86_400).default(300),
  /** How often a look reaches back by `lateHours`, for phones that were without a network. */
  lateLookSeconds: z.int().min(1).max(86_400).default(900),
  lateHours: z.int().min(1).max(48).default(12),
  /** How long after its start was sent a visit counts as not confirmed; 0 never. */
  confirmMinutes: z.number().min(0).max(240).default(5),
});
export type SiroWatch = Readonly<z.infer<typeof siroWatchSchema>>;
