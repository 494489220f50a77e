import {
  field,
  fields,
  lookup,
  objectType,
  owner,
  ownName,
  READ_ONLY,
  setupObjectType,
} from "./define-fields.ts";
import type { ObjectDefinition } from "./object-definition.ts";

const WHAT = [
  "Account",
  "Asset",
  "Case",
  "Lead",
  "Opportunity",
  "ServiceAppointment",
  "WorkOrder",
  "WorkOrderLineItem",
];

const event = objectType("Event", "00U", [
  field("Subject", "string"),
  // Without public calendars in the org, an Event's owner may still be one: then it has no parent to show.
  owner(["Calendar", "User"]),
  lookup("WhoId", ["Contact", "Lead"], { childRelationshipName: "Events" }),
  lookup("WhatId", WHAT, { childRelationshipName: "Events" }),
  lookup("AccountId", ["Account"], READ_ONLY),
  ...fields("datetime", ["StartDateTime", "EndDateTime", "ActivityDateTime"]),
  field("ActivityDate", "date"),
  field("DurationInMinutes", "int"),
  field("Location", "string"),
  field("Description", "textarea"),
  field("ShowAs", "picklist", { defaultValue: "Busy" }),
  ...fields("boolean", ["IsAllDayEvent", "IsPrivate"]),
  ...fields("boolean", ["IsChild", "IsGroupEvent", "IsRecurrence", "IsRecurrence2"], READ_ONLY),
  field("IsArchived", "boolean", READ_ONLY),
  lookup("RecurrenceActivityId", ["Event"], READ_ONLY),
]);

const eventRelation = objectType("EventRelation", "0RE", [
  lookup("EventId", ["Event"], {
    nillable: false,
    updateable: false,
    childRelationshipName: "EventRelations",
    cascadeDelete: true,
  }),
  lookup("RelationId", ["Calendar", "Contact", "Lead", "User"], {
    nillable: false,
    updateable: false,
    childRelationshipName: "EventRelations",
  }),
  lookup("AccountId", ["Account"], READ_ONLY),
  field("Status", "picklist", { defaultValue: "New" }),
  field("Response", "string"),
  field("RespondedDate", "datetime"),
]);

const calendar = setupObjectType("Calendar", "023", [
  field("Name", "string", { nillable: false }),
  field("Type", "picklist"),
  field("IsActive", "boolean", { defaultValue: true }),
]);

const profile = setupObjectType("Profile", "00e", [field("Name", "string", { nillable: false })]);

const userRole = setupObjectType("UserRole", "00E", [
  field("Name", "string", { nillable: false }),
  lookup("ParentRoleId", ["UserRole"]),
]);

const user = setupObjectType("User", "005", [
  ownName(),
  field("FirstName", "string"),
  field("LastName", "string", { nillable: false }),
  ...fields("string", ["Username", "Alias", "Title", "FederationIdentifier"]),
  field("Email", "email", { nillable: false }),
  ...fields("phone", ["Phone", "MobilePhone"]),
  field("TimeZoneSidKey", "picklist", { defaultValue: "America/New_York" }),
  ...fields("picklist", ["LanguageLocaleKey", "LocaleSidKey"], { defaultValue: "en_US" }),
  field("UserType", "picklist", { defaultValue: "Standard" }),
  field("IsActive", "boolean", { defaultValue: true }),
  lookup("ProfileId", ["Profile"]),
  lookup("UserRoleId", ["UserRole"]),
  lookup("ManagerId", ["User"]),
]);

const group = setupObjectType("Group", "00G", [
  field("Name", "string", { nillable: false }),
  field("DeveloperName", "string"),
  field("Type", "picklist", { defaultValue: "Queue" }),
  field("Email", "email"),
]);

const customNotificationType = setupObjectType("CustomNotificationType", "0ML", [
  field("DeveloperName", "string", { nillable: false }),
  field("MasterLabel", "string", { nillable: false }),
  field("CustomNotifTypeName", "string"),
  ...fields("boolean", ["Desktop", "Mobile"]),
]);

const organization = setupObjectType("Organization", "00D", [
  field("Name", "string", { nillable: false }),
  field("InstanceName", "string"),
  field("OrganizationType", "picklist", { defaultValue: "Enterprise Edition" }),
  field("IsSandbox", "boolean"),
  field("TimeZoneSidKey", "picklist", { defaultValue: "America/New_York" }),
  field("NamespacePrefix", "string"),
]);

/** The objects of the calendar and of the org itself. */
export const SHARED_OBJECTS: readonly ObjectDefinition[] = [
  event,
  eventRelation,
  calendar,
  profile,
  userRole,
  user,
  group,
  customNotificationType,
  organization,
];
