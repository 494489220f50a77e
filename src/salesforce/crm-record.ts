import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { instantSchema } from "../domain/instant.ts";
import { withConfigured } from "./record-configured.ts";
import {
  checkboxSchema,
  instantOrDaySchema,
  isJsonObject,
  lookupSchema,
  momentSchema,
  numberSchema,
  recordIdSchema,
  textSchema,
} from "./record-fields.ts";
import { conversionShape, recordRelationSchema, relatedNameSchema } from "./record-relations.ts";
import { recordRepairs } from "./record-repairs.ts";
import {
  assignedResourceSchema,
  contactRoleSchema,
  recordRows,
  userSchema,
} from "./record-rows.ts";

const systemShape = {
  Id: recordIdSchema,
  SystemModstamp: instantSchema,
  IsDeleted: checkboxSchema,
  OwnerId: lookupSchema,
};

const serviceAppointmentSchema = z.object({
  type: z.literal("ServiceAppointment"),
  ...systemShape,
  AppointmentNumber: textSchema,
  Subject: textSchema,
  Status: textSchema,
  StatusCategory: textSchema,
  ParentRecordId: lookupSchema,
  ParentRecordType: textSchema,
  ParentRecord: recordRelationSchema,
  /** Filled by Salesforce only when the parent is a work order or its line item. */
  AccountId: lookupSchema,
  Account: relatedNameSchema,
  ContactId: lookupSchema,
  Contact: relatedNameSchema,
  /** May be null, but never absent: a hidden start must not look like an unscheduled visit. */
  SchedStartTime: instantSchema.nullable(),
  SchedEndTime: momentSchema,
  ActualStartTime: momentSchema,
  ActualEndTime: momentSchema,
  Duration: numberSchema,
  DurationType: textSchema,
  AppointmentType: textSchema,
  IsBundleMember: checkboxSchema,
  ServiceResources: recordRows(assignedResourceSchema),
});
export type ServiceAppointmentRecord = Readonly<z.infer<typeof serviceAppointmentSchema>>;

const eventSchema = z.object({
  type: z.literal("Event"),
  ...systemShape,
  Subject: textSchema,
  WhoId: lookupSchema,
  Who: recordRelationSchema,
  WhatId: lookupSchema,
  What: recordRelationSchema,
  AccountId: lookupSchema,
  Account: relatedNameSchema,
  Owner: userSchema,
  IsAllDayEvent: checkboxSchema,
  StartDateTime: instantSchema.nullable(),
  EndDateTime: momentSchema,
  DurationInMinutes: numberSchema,
  IsChild: checkboxSchema,
  IsRecurrence: checkboxSchema,
  IsPrivate: checkboxSchema,
});
export type EventRecord = Readonly<z.infer<typeof eventSchema>>;

/** The fields whose names the connection's mapping gives; null when it gives none. */
const configuredSchema = z
  .object({
    start: instantOrDaySchema.nullable(),
    end: instantOrDaySchema.nullable().default(null),
    repUserId: lookupSchema,
    rep: userSchema,
  })
  .nullable()
  .default(null);

const leadSchema = z.object({
  type: z.literal("Lead"),
  ...systemShape,
  Name: textSchema,
  Company: textSchema,
  ...conversionShape,
  /** The record that this one was merged into. */
  MasterRecordId: lookupSchema,
  Owner: userSchema,
  configured: configuredSchema,
});
export type LeadRecord = Readonly<z.infer<typeof leadSchema>>;

const opportunitySchema = z.object({
  type: z.literal("Opportunity"),
  ...systemShape,
  Name: textSchema,
  AccountId: lookupSchema,
  Account: relatedNameSchema,
  Owner: userSchema,
  IsClosed: checkboxSchema,
  OpportunityContactRoles: recordRows(contactRoleSchema),
  configured: configuredSchema,
});
export type OpportunityRecord = Readonly<z.infer<typeof opportunitySchema>>;

const crmRecordSchema = z.discriminatedUnion("type", [
  serviceAppointmentSchema,
  eventSchema,
  leadSchema,
  opportunitySchema,
]);
/** What Salesforce returns for one record, in Salesforce's field names; never leaves this folder. */
export type CrmRecord = Readonly<z.infer<typeof crmRecordSchema>>;

/** What came of parsing one answer. */
export type RecordReading =
  | { readonly kind: "read"; readonly record: CrmRecord; readonly warnings: readonly string[] }
  | { readonly kind: "unreadable"; readonly problems: readonly string[] };

/**
 * Parses one record of a query's answer; `attributes.type` says which.
 *
 * Lenient: unknown keys are left out, hidden fields become null, wrong id suffixes are repaired with a warning.
 * Unreadable is a record without its id, its version or the field that holds its start: a hidden start must
 * not cancel visits. The problems name fields, never their values.
 */
export function parseCrmRecord(raw: unknown, mapping: Connection["mapping"]): RecordReading {
  const objectType = objectTypeOf(raw);
  if (!isJsonObject(raw) || objectType === undefined) {
    return { kind: "unreadable", problems: ["The answer is not a record with attributes.type"] };
  }
  const configured = withConfigured(raw, objectType, mapping);
  if (configured.missing.length > 0) {
    return { kind: "unreadable", problems: configured.missing.map(missingText) };
  }
  const parsed = crmRecordSchema.safeParse({ ...configured.raw, type: objectType });
  return parsed.success
    ? { kind: "read", record: parsed.data, warnings: recordRepairs(raw) }
    : { kind: "unreadable", problems: parsed.error.issues.map(problemText) };
}

function objectTypeOf(raw: unknown): string | undefined {
  const attributes = isJsonObject(raw) ? raw["attributes"] : undefined;
  const type = isJsonObject(attributes) ? attributes["type"] : undefined;
  return typeof type === "string" ? type : undefined;
}

function missingText(field: string): string {
  return `The configured field ${field} is not in the answer: check its name and its field security`;
}

function problemText({ path, message }: z.core.$ZodIssue): string {
  return `${path.join(".")}: ${message}`;
}
