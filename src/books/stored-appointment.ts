import { z } from "zod";
import { appointmentSchema } from "../domain/appointment.ts";

/** What orders two reports about one record: the time it happened, then the tie-breakers. */
const appointmentVersionSchema = z.object({
  occurredAtMs: z.int(),
  /** When the look at the record began, or when the event that carried the appointment itself arrived. */
  readAtMs: z.int().default(0),
  /** The state was read from the CRM, so the CRM must still have it. */
  isRead: z.boolean().optional(),
  eventId: z.string(),
});
export type AppointmentVersion = Readonly<z.infer<typeof appointmentVersionSchema>>;

/** An appointment with what is needed to judge the next report about it. */
export const storedAppointmentSchema = z.object({
  appointment: appointmentSchema,
  version: appointmentVersionSchema,
  contentHash: z.string(),
  /** Every rep this appointment ever named: those taken off it may still need a stop. */
  knownUserIds: z.array(z.string()),
});
export type StoredAppointment = Readonly<z.infer<typeof storedAppointmentSchema>>;
