import type { RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { DatedRules } from "../domain/dated-object.ts";
import { relationshipOf } from "./record-configured.ts";
import type { ChildPart, Selection, TypeofPart } from "./soql-text.ts";

type Mapping = Connection["mapping"];

const SYSTEM_FIELDS = ["Id", "SystemModstamp", "IsDeleted", "OwnerId"] as const;
const USER_FIELDS = ["Name", "Email", "TimeZoneSidKey", "IsActive"] as const;
const TEAM_FIELD = "UserRole.Name";
/** Salesforce follows no more lookups than this in one path. */
const MOST_LOOKUPS = 5;

const CONVERSION_FIELDS = [
  "IsConverted",
  "ConvertedAccountId",
  "ConvertedContactId",
  "ConvertedOpportunityId",
] as const;

/** The fields of a service resource, and of the user behind it. */
export const SERVICE_RESOURCE_FIELDS = [
  "ServiceResource.IsActive",
  "ServiceResource.ResourceType",
  "ServiceResource.ServiceCrewId",
  "ServiceResource.RelatedRecordId",
  ...userFields("ServiceResource.RelatedRecord"),
] as const;

/** The fields of a contact role. */
export const CONTACT_ROLE_FIELDS = ["ContactId", "IsPrimary", "Contact.Name"] as const;

const SERVICE_RESOURCES: ChildPart = {
  relationship: "ServiceResources",
  from: "AssignedResource",
  fields: [
    ...["Id", "ServiceResourceId", "IsPrimaryResource", "IsRequiredResource", "EventId?"],
    ...SERVICE_RESOURCE_FIELDS,
  ],
  // A query that sees deleted parents sees their deleted children, too.
  where: "IsDeleted = false",
  order: ["IsPrimaryResource DESC", "CreatedDate ASC", "Id ASC"],
};

const CONTACT_ROLES: ChildPart = {
  relationship: "OpportunityContactRoles",
  from: "OpportunityContactRole",
  fields: CONTACT_ROLE_FIELDS,
  where: "IsDeleted = false",
  order: ["IsPrimary DESC", "CreatedDate ASC", "Id ASC"],
  limit: 1,
};

/** The fields of a user behind a lookup. */
function userFields(relationship: string): readonly string[] {
  const hasRoom = relationship.split(".").length < MOST_LOOKUPS;
  const fields = hasRoom ? [...USER_FIELDS, TEAM_FIELD] : USER_FIELDS;
  return fields.map((field) => `${relationship}.${field}`);
}

/** The user behind a lookup that may lead elsewhere. */
export function userPart(relationship: string): TypeofPart {
  return { relationship, branches: [{ type: "User", fields: [...USER_FIELDS, TEAM_FIELD] }] };
}

/**
 * What is selected of a record and around it, in one query.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_typeof.htm
 */
export function recordSelection(recordType: RecordType, mapping: Mapping): Selection {
  switch (recordType) {
    case "ServiceAppointment":
      return serviceAppointment(mapping);
    case "Event":
      return event(mapping);
    case "Lead":
      return lead(mapping);
    case "Opportunity":
      return opportunity(mapping);
  }
}

function serviceAppointment(mapping: Mapping): Selection {
  return {
    from: "ServiceAppointment",
    fields: [
      ...SYSTEM_FIELDS,
      ...["AppointmentNumber", "Subject", "Status", "StatusCategory"],
      ...["ParentRecordId", "ParentRecordType", "AccountId", "Account.Name"],
      ...["ContactId", "Contact.Name", "SchedStartTime", "SchedEndTime"],
      ...["ActualStartTime", "ActualEndTime", "Duration", "DurationType"],
      ...["AppointmentType?", "IsBundleMember?"],
    ],
    typeofs: [{ relationship: "ParentRecord", branches: walkedBranches(mapping) }],
    children: [SERVICE_RESOURCES],
  };
}

function event(mapping: Mapping): Selection {
  const branches = walkedBranches(mapping);
  return {
    from: "Event",
    fields: [
      ...SYSTEM_FIELDS,
      ...["Subject", "WhoId", "WhatId", "AccountId", "Account.Name", "IsAllDayEvent"],
      ...["StartDateTime", "EndDateTime", "DurationInMinutes", "IsChild", "IsRecurrence"],
      "IsPrivate",
    ],
    typeofs: [
      { relationship: "Who", branches },
      { relationship: "What", branches },
      userPart("Owner"),
    ],
  };
}

function lead({ lead: dated }: Mapping): Selection {
  return {
    from: "Lead",
    fields: [
      ...[...SYSTEM_FIELDS, "Name", "Company", ...CONVERSION_FIELDS, "MasterRecordId"],
      ...datedFields(dated),
    ],
    typeofs: [userPart("Owner")],
  };
}

function opportunity({ opportunity: dated }: Mapping): Selection {
  return {
    from: "Opportunity",
    fields: [
      ...[...SYSTEM_FIELDS, "Name", "AccountId", "Account.Name", "IsClosed", "IsWon"],
      ...userFields("Owner"),
      ...datedFields(dated),
    ],
    children: [CONTACT_ROLES],
  };
}

function datedFields(dated: DatedRules | undefined): readonly string[] {
  if (dated === undefined) {
    return [];
  }
  const { startField, endField, repField } = dated;
  const rep = repField === null ? undefined : relationshipOf(repField);
  // The owner is selected anyway, and must not be selected in two ways.
  const repFields =
    repField === null || rep === "Owner" ? [] : [repField, ...userFields(rep ?? "")];
  return [startField, ...(endField === null ? [] : [endField]), ...repFields];
}

/** What is read of a customer or of what leads there. */
function walkedBranches({ workOrder }: Mapping): TypeofPart["branches"] {
  const path = workOrder.opportunityPath;
  const carrier = ["Id", "AccountId", "ContactId"];
  return [
    { type: "Account", fields: ["Id", "Name"] },
    { type: "Contact", fields: ["Id", "Name", "AccountId"] },
    { type: "Opportunity", fields: ["Id", "Name", "AccountId", "Account.Name"] },
    { type: "Lead", fields: ["Id", "Name", "Company", ...CONVERSION_FIELDS] },
    { type: "WorkOrder", fields: [...carrier, "IsDeleted", ...(path === null ? [] : [path])] },
    {
      type: "WorkOrderLineItem",
      fields: [
        ...["Id", "IsDeleted", "WorkOrderId", "WorkOrder.AccountId", "WorkOrder.ContactId"],
        ...(path === null ? [] : [`WorkOrder.${path}`]),
      ],
    },
    { type: "Asset", fields: carrier },
    { type: "Case", fields: carrier },
  ];
}
