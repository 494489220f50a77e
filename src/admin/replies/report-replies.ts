import { z } from "zod";
import { auditEntrySchema } from "../../domain/audit-entry.ts";
import { moment, pageOf } from "./shared.ts";

const counts = {
  visits: z.number(),
  startSent: z.number(),
  confirmed: z.number(),
  notConfirmed: z.number(),
  open: z.number(),
  notSent: z.number(),
};
const place = { connection: z.string(), day: z.iso.date() };

/** For how many visits a recording was confirmed, by rep, team and day, with the sums of each day. */
export const coverageReply = z.object({
  from: moment,
  to: moment,
  rows: z.array(
    z.object({
      ...place,
      userId: z.string(),
      name: z.string(),
      email: z.string(),
      team: z.string(),
      timeZone: z.string(),
      ...counts,
    }),
  ),
  teams: z.array(z.object({ ...place, team: z.string(), ...counts })),
  totals: z.array(z.object({ ...place, ...counts })),
});

/** How late prompts were, by quarters of an hour. */
export const latenessReply = z.object({
  from: moment,
  to: moment,
  quarters: z.array(
    z.object({
      at: moment,
      prompts: z.number(),
      p50Ms: z.number(),
      p95Ms: z.number(),
      maxMs: z.number(),
    }),
  ),
});

/** Who changed what, the newest first. */
export const auditReply = pageOf(
  auditEntrySchema.omit({ atMs: true }).extend({ id: z.string(), at: moment }),
);
