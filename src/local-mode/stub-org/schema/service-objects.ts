import { field, fields, lookup, objectType, owner, ownName, READ_ONLY } from "./define-fields.ts";
import type { ObjectDefinition } from "./object-definition.ts";

const PARENTS = [
  "Account",
  "Asset",
  "Case",
  "Lead",
  "Opportunity",
  "WorkOrder",
  "WorkOrderLineItem",
];

const serviceAppointment = objectType("ServiceAppointment", "08p", [
  ownName("AppointmentNumber"),
  owner(),
  lookup("ParentRecordId", PARENTS, {
    updateable: false,
    childRelationshipName: "ServiceAppointments",
  }),
  field("ParentRecordType", "string", READ_ONLY),
  field("ParentRecordStatusCategory", "picklist", READ_ONLY),
  lookup("AccountId", ["Account"], {
    updateable: false,
    childRelationshipName: "ServiceAppointmentAccount",
  }),
  lookup("ContactId", ["Contact"], { childRelationshipName: "ServiceAppointments" }),
  ...fields("string", ["Subject", "Street", "City", "State", "PostalCode", "Country"]),
  ...fields("textarea", ["Description", "Comments", "AdditionalInformation"]),
  ...fields("datetime", ["EarliestStartTime", "DueDate"], { nillable: false }),
  ...fields("datetime", [
    "ArrivalWindowStartTime",
    "ArrivalWindowEndTime",
    "SchedStartTime",
    "SchedEndTime",
    "ActualStartTime",
    "ActualEndTime",
  ]),
  field("Duration", "double"),
  field("DurationType", "picklist", { defaultValue: "Minutes" }),
  field("DurationInMinutes", "double", READ_ONLY),
  field("Status", "picklist", { defaultValue: "None" }),
  field("StatusCategory", "picklist", READ_ONLY),
  field("AppointmentType", "picklist"),
  field("AppointmentMode", "picklist"),
  field("AttendeeCount", "int"),
  ...fields("double", ["Latitude", "Longitude"]),
  ...fields("boolean", ["IsBundle", "IsBundleMember"]),
  lookup("RelatedBundleId", ["ServiceAppointment"]),
  field("TimeZone", "picklist"),
]);

const assignedResource = objectType("AssignedResource", "03r", [
  ownName("AssignedResourceNumber"),
  lookup("ServiceAppointmentId", ["ServiceAppointment"], {
    nillable: false,
    childRelationshipName: "ServiceResources",
    cascadeDelete: true,
  }),
  lookup("ServiceResourceId", ["ServiceResource"], {
    nillable: false,
    childRelationshipName: "ServiceAppointments",
  }),
  ...fields("boolean", ["IsPrimaryResource", "IsRequiredResource"]),
  field("Role", "picklist"),
  lookup("EventId", ["Event"]),
  ...fields("double", ["EstimatedTravelTime", "ActualTravelTime"]),
]);

const serviceResource = objectType("ServiceResource", "0Hn", [
  field("Name", "string", { nillable: false }),
  owner(),
  lookup("RelatedRecordId", ["User"], { childRelationshipName: "ServiceResources" }),
  field("ResourceType", "picklist", { defaultValue: "T" }),
  field("IsActive", "boolean", { defaultValue: true }),
  lookup("AccountId", ["Account"], { childRelationshipName: "ServiceResources" }),
  // There is no crew object here, so the lookup has no parent to show.
  field("ServiceCrewId", "reference", { relationshipName: null }),
]);

const serviceCrewMember = objectType("ServiceCrewMember", "1WZ", [
  ownName("ServiceCrewMemberNumber"),
  field("ServiceCrewId", "reference", { relationshipName: null, nillable: false }),
  lookup("ServiceResourceId", ["ServiceResource"], {
    nillable: false,
    childRelationshipName: "ServiceCrewMembers",
  }),
  ...fields("datetime", ["StartDate", "EndDate"]),
  field("IsLeader", "boolean"),
]);

const workOrder = objectType("WorkOrder", "0WO", [
  ownName("WorkOrderNumber"),
  owner(),
  lookup("AccountId", ["Account"], { childRelationshipName: "WorkOrders" }),
  lookup("ContactId", ["Contact"], { childRelationshipName: "WorkOrders" }),
  lookup("CaseId", ["Case"], { childRelationshipName: "WorkOrders" }),
  lookup("AssetId", ["Asset"], { childRelationshipName: "WorkOrders" }),
  field("Subject", "string"),
  field("Description", "textarea"),
  field("Status", "picklist", { defaultValue: "New" }),
  field("StatusCategory", "picklist", READ_ONLY),
  ...fields("datetime", ["StartDate", "EndDate"]),
]);

const workOrderLineItem = objectType("WorkOrderLineItem", "1WL", [
  ownName("LineItemNumber"),
  lookup("WorkOrderId", ["WorkOrder"], {
    nillable: false,
    updateable: false,
    childRelationshipName: "WorkOrderLineItems",
    cascadeDelete: true,
  }),
  lookup("AssetId", ["Asset"], { childRelationshipName: "WorkOrderLineItems" }),
  field("Subject", "string"),
  field("Status", "picklist", { defaultValue: "New" }),
]);

/** The objects that only an org with Field Service (or Scheduler) has. */
export const SERVICE_OBJECTS: readonly ObjectDefinition[] = [
  serviceAppointment,
  assignedResource,
  serviceResource,
  serviceCrewMember,
  workOrder,
  workOrderLineItem,
];
