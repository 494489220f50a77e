import { field, fields, lookup, objectType, owner, ownName, READ_ONLY } from "./define-fields.ts";
import type { ObjectDefinition } from "./object-definition.ts";

const account = objectType("Account", "001", [
  field("Name", "string", { nillable: false }),
  owner(["User"]),
  lookup("ParentId", ["Account"], { childRelationshipName: "ChildAccounts" }),
  lookup("MasterRecordId", ["Account"], READ_ONLY),
  field("Phone", "phone"),
  field("Website", "url"),
  ...fields("string", ["BillingStreet", "BillingCity", "BillingState", "BillingPostalCode"]),
  ...fields("picklist", ["Type", "Industry"]),
]);

const contact = objectType("Contact", "003", [
  ownName(),
  field("FirstName", "string"),
  field("LastName", "string", { nillable: false }),
  owner(["User"]),
  lookup("AccountId", ["Account"], { childRelationshipName: "Contacts" }),
  lookup("MasterRecordId", ["Contact"], READ_ONLY),
  field("Email", "email"),
  ...fields("phone", ["Phone", "MobilePhone"]),
  field("Title", "string"),
]);

const lead = objectType("Lead", "00Q", [
  ownName(),
  field("FirstName", "string"),
  field("LastName", "string", { nillable: false }),
  field("Company", "string", { nillable: false }),
  owner(),
  field("Status", "picklist", { defaultValue: "Open - Not Contacted" }),
  field("Email", "email"),
  ...fields("phone", ["Phone", "MobilePhone"]),
  ...fields("string", ["Title", "Street", "City", "State", "PostalCode"]),
  field("IsConverted", "boolean", READ_ONLY),
  field("ConvertedDate", "date", READ_ONLY),
  lookup("ConvertedAccountId", ["Account"], READ_ONLY),
  lookup("ConvertedContactId", ["Contact"], READ_ONLY),
  lookup("ConvertedOpportunityId", ["Opportunity"], READ_ONLY),
  lookup("MasterRecordId", ["Lead"], READ_ONLY),
]);

const opportunity = objectType("Opportunity", "006", [
  field("Name", "string", { nillable: false }),
  owner(["User"]),
  lookup("AccountId", ["Account"], { childRelationshipName: "Opportunities" }),
  field("StageName", "picklist", { nillable: false, defaultValue: "Prospecting" }),
  field("CloseDate", "date", { nillable: false }),
  field("Amount", "double"),
  ...fields("boolean", ["IsClosed", "IsWon"], READ_ONLY),
]);

const opportunityContactRole = objectType("OpportunityContactRole", "00K", [
  lookup("OpportunityId", ["Opportunity"], {
    nillable: false,
    updateable: false,
    childRelationshipName: "OpportunityContactRoles",
    cascadeDelete: true,
  }),
  lookup("ContactId", ["Contact"], {
    nillable: false,
    updateable: false,
    childRelationshipName: "OpportunityContactRoles",
    cascadeDelete: true,
  }),
  field("Role", "picklist"),
  field("IsPrimary", "boolean"),
]);

const asset = objectType("Asset", "02i", [
  field("Name", "string", { nillable: false }),
  owner(["User"]),
  lookup("AccountId", ["Account"], { childRelationshipName: "Assets" }),
  lookup("ContactId", ["Contact"], { childRelationshipName: "Assets" }),
  field("SerialNumber", "string"),
  field("Status", "picklist"),
]);

const crmCase = objectType("Case", "500", [
  ownName("CaseNumber"),
  owner(),
  lookup("AccountId", ["Account"], { childRelationshipName: "Cases" }),
  lookup("ContactId", ["Contact"], { childRelationshipName: "Cases" }),
  lookup("AssetId", ["Asset"], { childRelationshipName: "Cases" }),
  field("Subject", "string"),
  field("Status", "picklist", { defaultValue: "New" }),
  field("IsClosed", "boolean", READ_ONLY),
]);

/** The objects of sales and service that every org has. */
export const SALES_OBJECTS: readonly ObjectDefinition[] = [
  account,
  contact,
  lead,
  opportunity,
  opportunityContactRole,
  asset,
  crmCase,
];
