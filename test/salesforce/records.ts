import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { parseCrmRecord } from "../../src/salesforce/crm-record.ts";
import { mapRecord } from "../../src/salesforce/map-record.ts";
import type { Mapped } from "../../src/salesforce/mapped.ts";
import {
  type RecordGraph,
  recordGraph,
  type SecondHop,
} from "../../src/salesforce/record-graph.ts";
import {
  contactRoleSchema,
  crewMemberSchema,
  eventRelationSchema,
} from "../../src/salesforce/record-rows.ts";

/** A record as Salesforce's REST API returns it. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** An invented id with 18 characters. */
export function anId(prefix: string, number: number): string {
  return canonicalRecordId(`${prefix}5f${String(number).padStart(10, "0")}`);
}

export const SA = anId("08p", 1);
export const EVENT = anId("00U", 1);
export const LEAD = anId("00Q", 1);
export const OPPORTUNITY = anId("006", 1);
export const ACCOUNT = anId("001", 1);
export const CONTACT = anId("003", 1);
export const WORK_ORDER = anId("0WO", 1);
export const LINE_ITEM = anId("1WL", 1);
export const CASE = anId("500", 1);
export const ASSET = anId("02i", 1);
export const QUEUE = anId("00G", 1);
export const CALENDAR = anId("023", 1);
export const CREW = anId("1Rc", 1);
export const DANA_ID = anId("005", 1);
export const LEE_ID = anId("005", 2);
export const KIM_ID = anId("005", 3);

/** The moment at which all tests read, in epoch milliseconds. */
export const NOW_MS = Date.parse("2026-03-08T08:00:00Z");

/** Any record: its type and its fields. */
export function aRelated(type: string, fields: RawRecord = {}): RawRecord {
  return { attributes: { type, url: `/services/data/v66.0/sobjects/${type}/x` }, ...fields };
}

/** A ServiceAppointment of 09:30 to 10:30, with Dana as its one primary resource. */
export function aServiceAppointment(own: RawRecord = {}): RawRecord {
  return aRelated("ServiceAppointment", {
    Id: SA,
    AppointmentNumber: "SA-0042",
    Subject: "Roof inspection",
    Status: "Scheduled",
    StatusCategory: "Scheduled",
    ParentRecordId: null,
    ParentRecordType: null,
    ParentRecord: null,
    AccountId: null,
    Account: null,
    ContactId: null,
    Contact: null,
    SchedStartTime: "2026-03-08T09:30:00.000+0000",
    SchedEndTime: "2026-03-08T10:30:00.000+0000",
    ArrivalWindowStartTime: "2026-03-08T07:00:00.000+0000",
    ArrivalWindowEndTime: "2026-03-08T12:00:00.000+0000",
    ActualStartTime: null,
    ActualEndTime: null,
    Duration: 1,
    DurationType: "Hours",
    OwnerId: KIM_ID,
    IsDeleted: false,
    LastModifiedDate: "2026-03-01T12:00:00.000+0000",
    SystemModstamp: "2026-03-01T12:00:00.000+0000",
    ServiceResources: rows(anAssignedResource()),
    ...own,
  });
}

/** The fields by which a ServiceAppointment names its parent. */
export function parentOf(parent: RawRecord): RawRecord {
  const { attributes } = parent;
  const type = typeof attributes === "object" && attributes !== null ? attributes : {};
  return {
    ParentRecord: parent,
    ParentRecordId: parent["Id"] ?? null,
    ParentRecordType: "type" in type ? type.type : null,
  };
}

/** A child query's answer. */
export function rows(...records: readonly RawRecord[]): RawRecord {
  return { totalSize: records.length, done: true, records };
}

/** An AssignedResource that leads to an active technician, by default Dana, flagged primary. */
export function anAssignedResource(own: RawRecord = {}, resource: RawRecord = {}): RawRecord {
  return aRelated("AssignedResource", {
    Id: anId("03r", 1),
    ServiceResourceId: anId("0Hn", 1),
    IsPrimaryResource: true,
    IsRequiredResource: false,
    EventId: null,
    ServiceResource: aServiceResource(resource),
    ...own,
  });
}

/** An active technician, by default Dana. */
export function aServiceResource(own: RawRecord = {}): RawRecord {
  return aRelated("ServiceResource", {
    IsActive: true,
    ResourceType: "T",
    ServiceCrewId: null,
    RelatedRecordId: DANA_ID,
    RelatedRecord: aUser(),
    ...own,
  });
}

/** The service resource of a crew. */
export const A_CREW = {
  ResourceType: "C",
  ServiceCrewId: CREW,
  RelatedRecordId: null,
  RelatedRecord: null,
} as const;

/** The user Dana, as a lookup shows her. */
export function aUser(own: RawRecord = {}): RawRecord {
  return aRelated("User", {
    Name: "Dana Reed",
    Email: "dana@example.com",
    MobilePhone: "+1 555 0100",
    TimeZoneSidKey: "America/New_York",
    IsActive: true,
    ...own,
  });
}

export const DANA = {
  userId: DANA_ID,
  email: "dana@example.com",
  name: "Dana Reed",
  timeZone: "America/New_York",
};

export const LEE_USER = aUser({ Name: "Lee Park", Email: "lee@example.com" });

/** An Event of 09:30 to 10:30 that Dana owns. */
export function anEvent(own: RawRecord = {}): RawRecord {
  return aRelated("Event", {
    Id: EVENT,
    Subject: "Site visit",
    WhoId: null,
    Who: null,
    WhatId: null,
    What: null,
    AccountId: null,
    OwnerId: DANA_ID,
    Owner: aUser(),
    IsAllDayEvent: false,
    StartDateTime: "2026-03-08T09:30:00.000+0000",
    EndDateTime: "2026-03-08T10:30:00.000+0000",
    ActivityDate: "2026-03-08",
    DurationInMinutes: 60,
    IsChild: false,
    IsGroupEvent: false,
    IsRecurrence: false,
    IsPrivate: false,
    IsDeleted: false,
    SystemModstamp: "2026-03-01T12:00:00.000+0000",
    ...own,
  });
}

/** An open Lead with a visit at 09:30 in a custom field, owned by Dana. */
export function aLead(own: RawRecord = {}): RawRecord {
  return aRelated("Lead", {
    Id: LEAD,
    Name: "Ines Ortega",
    Company: "Ortega Homes",
    OwnerId: DANA_ID,
    Owner: aUser(),
    IsConverted: false,
    ConvertedAccountId: null,
    ConvertedContactId: null,
    ConvertedOpportunityId: null,
    IsDeleted: false,
    MasterRecordId: null,
    SystemModstamp: "2026-03-01T12:00:00.000+0000",
    Visit_Start__c: "2026-03-08T09:30:00.000+0000",
    Visit_End__c: null,
    ...own,
  });
}

/** An open Opportunity with a visit at 09:30 in a custom field, owned by Dana. */
export function anOpportunity(own: RawRecord = {}): RawRecord {
  return aRelated("Opportunity", {
    Id: OPPORTUNITY,
    Name: "New roof",
    AccountId: null,
    Account: null,
    OwnerId: DANA_ID,
    Owner: aUser(),
    StageName: "Qualification",
    IsClosed: false,
    IsDeleted: false,
    SystemModstamp: "2026-03-01T12:00:00.000+0000",
    OpportunityContactRoles: null,
    Visit_Start__c: "2026-03-08T09:30:00.000+0000",
    Visit_End__c: null,
    ...own,
  });
}

/** The settings under which Lead and Opportunity are appointments. */
export const DATED = {
  lead: { startField: "Visit_Start__c", endField: "Visit_End__c" },
  opportunity: { startField: "Visit_Start__c", endField: "Visit_End__c" },
};

/** Whatever of an org's connection a test is about. */
export interface OwnSettings {
  readonly mapping?: RawRecord;
  readonly schedule?: RawRecord;
}

/** An org's connection with its defaults. */
export function aConnection(own: OwnSettings = {}): Connection {
  return connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["s".repeat(40)],
    ...own,
  });
}

/** What a second request found, as Salesforce returns it. */
export interface RawHop {
  readonly contactRoles?: readonly RawRecord[];
  readonly crewMembers?: readonly RawRecord[];
  readonly invitees?: readonly RawRecord[];
  readonly workOrderOpportunityId?: string;
  readonly isParentGone?: boolean;
  readonly serviceAppointmentIds?: readonly string[];
}

/** Parses a raw record and what came with it; a record that cannot be read fails the test. */
export function graphOf(raw: RawRecord, own: OwnSettings = {}, hop: RawHop = {}): RecordGraph {
  const reading = parseCrmRecord(raw, aConnection(own).mapping);
  if (reading.kind === "unreadable") {
    throw new Error(reading.problems.join("; "));
  }
  const parsed: Partial<SecondHop> = {
    ...hop,
    contactRoles: (hop.contactRoles ?? []).map((row) => contactRoleSchema.parse(row)),
    crewMembers: (hop.crewMembers ?? []).map((row) => crewMemberSchema.parse(row)),
    invitees: (hop.invitees ?? []).map((row) => eventRelationSchema.parse(row)),
  };
  return recordGraph(reading.record, parsed, reading.warnings);
}

/** Reads and maps a raw record. */
export function mapRaw(raw: RawRecord, own: OwnSettings = {}, hop: RawHop = {}): Mapped {
  return mapRecord(graphOf(raw, own, hop), { connection: aConnection(own), nowMs: NOW_MS });
}

/** The mapped visit; anything but a visit fails the test. */
export function visitOf(mapped: Mapped): Extract<Mapped, { kind: "schedule" | "hold" }> {
  if (mapped.kind === "schedule" || mapped.kind === "hold") {
    return mapped;
  }
  throw new Error(`Not a visit: ${mapped.kind} ${mapped.reason}`);
}

/** The objects for Siro as `Type id`. */
export function objectsOf(mapped: Mapped): readonly string[] {
  return visitOf(mapped).appointment.crmObjects.map(
    ({ objectType, objectId }) => `${objectType} ${objectId}`,
  );
}

/** The user ids of those who are prompted. */
export function repIdsOf(mapped: Mapped): readonly string[] {
  return visitOf(mapped).appointment.reps.map(({ userId }) => userId);
}

/** Start and end as ISO text. */
export function timesOf(mapped: Mapped): readonly string[] {
  const { startAtMs, endAtMs } = visitOf(mapped).appointment;
  return [startAtMs, endAtMs].map((ms) => new Date(ms).toISOString());
}
