import { z } from "zod";

/** The object types Siro's deep links accept. @see docs.siro.ai/triggering-recordings/deep-links */
const CRM_OBJECT_TYPES = [
  "Lead",
  "Account",
  "Contact",
  "Opportunity",
  "Event",
  "ServiceAppointment",
] as const;

/** Siro's pair of type and id: one CRM record that a recording is attached to. */
export const crmObjectSchema = z.object({
  objectType: z.enum(CRM_OBJECT_TYPES),
  objectId: z.string().trim().min(1, "must not be empty").max(255),
});
export type CrmObject = Readonly<z.infer<typeof crmObjectSchema>>;
