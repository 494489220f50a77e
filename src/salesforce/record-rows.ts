import { z } from "zod";
import {
  checkboxSchema,
  instantOrDaySchema,
  lookupSchema,
  recordIdSchema,
  textSchema,
} from "./record-fields.ts";
import { relatedNameSchema } from "./record-relations.ts";

/** The fields of a User that make a rep; all null when the lookup is a queue or a calendar. */
export const userSchema = z
  .object({
    Name: textSchema,
    Email: textSchema,
    TimeZoneSidKey: textSchema,
    IsActive: checkboxSchema,
    /** The user's place in the org's hierarchy; null for a user without one, too. */
    UserRole: relatedNameSchema,
  })
  .nullable()
  .default(null);
export type CrmUser = NonNullable<z.infer<typeof userSchema>>;

const serviceResourceSchema = z
  .object({
    IsActive: checkboxSchema,
    /** One letter: T technician, A Scheduler staff, C crew, D dispatcher, S asset, P planner. */
    ResourceType: textSchema,
    ServiceCrewId: lookupSchema,
    RelatedRecordId: lookupSchema,
    RelatedRecord: userSchema,
  })
  .nullable()
  .default(null);
export type ServiceResource = NonNullable<z.infer<typeof serviceResourceSchema>>;

/** One AssignedResource of a ServiceAppointment. */
export const assignedResourceSchema = z.object({
  Id: lookupSchema,
  ServiceResourceId: lookupSchema,
  IsPrimaryResource: checkboxSchema,
  IsRequiredResource: checkboxSchema,
  /** The calendar Event that Scheduler made for this resource. */
  EventId: lookupSchema,
  ServiceResource: serviceResourceSchema,
});
export type AssignedResource = Readonly<z.infer<typeof assignedResourceSchema>>;

/** One member of a service crew, with the days on which the membership holds. */
export const crewMemberSchema = z.object({
  ServiceCrewId: recordIdSchema,
  ServiceResourceId: lookupSchema,
  StartDate: instantOrDaySchema.nullable().default(null),
  EndDate: instantOrDaySchema.nullable().default(null),
  IsLeader: checkboxSchema,
  ServiceResource: serviceResourceSchema,
});
export type CrewMember = Readonly<z.infer<typeof crewMemberSchema>>;

/** One contact role of an opportunity. */
export const contactRoleSchema = z.object({
  ContactId: lookupSchema,
  IsPrimary: checkboxSchema,
  /** The contact's name. */
  Contact: relatedNameSchema,
});
export type ContactRole = Readonly<z.infer<typeof contactRoleSchema>>;

/** One invitation to an Event; rows exist on the parent Event only. */
export const eventRelationSchema = z.object({
  RelationId: lookupSchema,
  /** New, Accepted or Declined. */
  Status: textSchema,
  Relation: userSchema,
});
export type EventRelation = Readonly<z.infer<typeof eventRelationSchema>>;

/** The rows of a child query: Salesforce answers null, not an empty list, when there are none. */
export function recordRows<Row extends z.ZodType>(rowSchema: Row) {
  return z
    .object({ records: z.array(rowSchema) })
    .nullish()
    .transform((child) => child?.records ?? []);
}
