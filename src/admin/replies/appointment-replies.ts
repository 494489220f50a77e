import { z } from "zod";
import { deliverySchema } from "../../domain/delivery.ts";
import { promptActionSchema, promptStateSchema } from "../../domain/prompt.ts";
import { receiptSchema } from "../../domain/receipt.ts";
import { timelineEntrySchema } from "../../domain/timeline-entry.ts";
import { crmObject, moment, namedRep, pageOf } from "./shared.ts";

const recording = z.object({
  recordingId: z.string().optional(),
  certainty: z.string(),
  isByHand: z.boolean().optional(),
  seenAt: moment,
  endedAt: moment.optional(),
  linkedAt: moment.optional(),
});

const listedPrompt = z.object({
  promptId: z.string(),
  action: promptActionSchema,
  userId: z.string(),
  dueAt: moment,
  expiresAt: moment,
  state: promptStateSchema,
  reason: z.string(),
  generation: z.number(),
  heldSince: moment.optional(),
  firedAt: moment.optional(),
  sentAt: moment.optional(),
  answeredAt: moment.optional(),
  /** `not-confirmed` never means that nothing was recorded. */
  confirmation: z.enum(["confirmed", "not-confirmed", "unknown"]).optional(),
  recording: recording.optional(),
  furtherRecordings: z.array(recording).optional(),
  consent: z.string().optional(),
});

const listedAppointment = z.object({
  connection: z.string(),
  recordType: z.string(),
  recordId: z.string(),
  status: z.string(),
  startAt: moment,
  endAt: moment,
  title: z.string(),
  /** In one line: why the rep got the link, or did not. */
  summary: z.string(),
  outlook: z.string(),
  summaryTimeZone: z.string(),
  crmObjects: z.array(crmObject),
  reps: z.array(namedRep),
  prompts: z.array(listedPrompt),
});

/** A page of appointments. */
export const appointmentsReply = pageOf(listedAppointment).extend({
  /** Up to which start a page with a filter has looked; null where it looked at everything. */
  lookedUntil: moment.nullable(),
});

/** One record with everything that is known of it; of some records only a timeline is. */
export const appointmentReply = listedAppointment.extend({
  recordType: z.string().nullable(),
  startAt: moment.nullable(),
  endAt: moment.nullable(),
  title: z.string().nullable(),
  prompts: z.array(
    listedPrompt.extend({
      /** The link as it would be built now. */
      link: z.string().nullable(),
      linkParts: z.array(z.object({ name: z.string(), value: z.string(), meaning: z.string() })),
    }),
  ),
  deliveries: z.array(
    deliverySchema.omit({ updatedAtMs: true }).extend({
      label: z.string().optional(),
      updatedAt: moment,
    }),
  ),
  receipts: z.array(receiptSchema.omit({ atMs: true }).extend({ at: moment })),
  timeline: z.array(
    timelineEntrySchema
      .omit({ atMs: true })
      .extend({ at: moment, isSuperseded: z.boolean().optional() }),
  ),
});

/** The record that is being read again. */
export const refreshReply = z.object({ refreshing: z.string() });
