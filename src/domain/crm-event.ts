import { z } from "zod";
import { appointmentInputSchema, recordTypeSchema } from "./appointment.ts";
import { crmRecordIdSchema } from "./crm-record-id.ts";
import { instantSchema } from "./instant.ts";

/** One event as it arrives on the JSON path; `eventId` is unique per change and the duplicate key. */
export const crmEventInputSchema = z.object({
  eventId: z.string().min(1).max(200),
  recordType: recordTypeSchema,
  recordId: crmRecordIdSchema,
  occurredAt: instantSchema,
  appointment: appointmentInputSchema.optional(),
});
export type CrmEventInput = Readonly<z.infer<typeof crmEventInputSchema>>;

const acceptedSchema = z.object({
  connection: z.string(),
  eventId: z.string(),
  source: z.enum(["outbound-message", "json", "reconcile", "change-event"]),
  receivedAtMs: z.int(),
});

/** "Something happened to one CRM record", as it waits in the queue; times are epoch milliseconds. */
export const crmEventSchema = z.discriminatedUnion("kind", [
  acceptedSchema.extend({
    kind: z.literal("record-changed"),
    recordType: recordTypeSchema,
    recordId: z.string(),
    occurredAtMs: z.int(),
    appointment: z
      .object({
        ...appointmentInputSchema.shape,
        startAt: z.int(),
        endAt: z.int().optional(),
      })
      .optional(),
    fields: z.record(z.string(), z.string().nullable()).optional(),
  }),
  acceptedSchema.extend({
    kind: z.literal("unusable"),
    reason: z.enum(["NO_RECORD", "UNKNOWN_RECORD_TYPE", "BAD_RECORD_ID"]),
    recordType: z.string().optional(),
    recordId: z.string().optional(),
    fields: z.record(z.string(), z.string().nullable()).optional(),
  }),
]);
export type CrmEvent = Readonly<z.infer<typeof crmEventSchema>>;
