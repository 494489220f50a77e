import { z } from "zod";

/** One line of an appointment's history: what happened, when, to whom; nothing secret. */
export const timelineEntrySchema = z.object({
  atMs: z.int(),
  kind: z.enum([
    "event.applied",
    "event.unchanged",
    "event.stale",
    "event.duplicate",
    "work.parked",
    "plan.changed",
    "prompt.due",
    "prompt.held",
    "prompt.skipped",
    "prompt.expired",
    "prompt.sent",
    "prompt.not-confirmed",
    "delivery.put-off",
    "delivery.attempted",
    "delivery.spared",
    "delivery.shown",
    "delivery.cleared",
    "link.served",
    "link.opened",
    "rep.returned",
    "siro.reported",
    "siro.processed",
    "siro.mended",
    "siro.synced",
  ]),
  text: z.string(),
  eventId: z.string().optional(),
  promptId: z.string().optional(),
  deviceId: z.string().optional(),
  userId: z.string().optional(),
});
export type TimelineEntry = Readonly<z.infer<typeof timelineEntrySchema>>;
