import { z } from "zod";
import { crmObjectSchema } from "./crm-object.ts";
import { crmRecordIdSchema } from "./crm-record-id.ts";
import { instantSchema } from "./instant.ts";
import { repSchema } from "./rep.ts";

/** The CRM records that can be an appointment. */
export const recordTypeSchema = z.enum(["ServiceAppointment", "Event", "Lead", "Opportunity"]);
export type RecordType = z.infer<typeof recordTypeSchema>;

/** How far a booked visit has come. */
export const appointmentStatusSchema = z.enum([
  "scheduled",
  "in-progress",
  "completed",
  "canceled",
]);

/** A full appointment as a signed JSON event carries it: times as ISO text become epoch milliseconds. */
export const appointmentInputSchema = z
  .object({
    status: appointmentStatusSchema,
    startAt: instantSchema,
    endAt: instantSchema.optional(),
    title: z.string().max(1000).default(""),
    crmObjects: z.array(crmObjectSchema).max(20).default([]),
    reps: z.array(repSchema).max(50).default([]),
  })
  .superRefine(({ startAt, endAt }, context) => {
    if (endAt !== undefined && endAt <= startAt) {
      context.addIssue({ code: "custom", path: ["endAt"], message: "must be after startAt" });
    }
  });
export type AppointmentInput = Readonly<z.infer<typeof appointmentInputSchema>>;

/** Who meets whom, when. Times are epoch milliseconds. */
export const appointmentSchema = z.object({
  recordType: recordTypeSchema,
  recordId: crmRecordIdSchema,
  status: appointmentStatusSchema,
  startAtMs: z.int(),
  endAtMs: z.int(),
  title: z.string(),
  crmObjects: z.array(crmObjectSchema),
  reps: z.array(repSchema),
});
export type Appointment = Readonly<z.infer<typeof appointmentSchema>>;
