import { DATED_TYPES } from "../domain/dated-object.ts";
import { FIELDS, PERMISSION_SETS } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import type { PackagePlan } from "./package-plan.ts";
import { watchedFields } from "./watched-fields.ts";
import { metadataXml, type XmlElement } from "./xml.ts";

const SALES_OBJECTS = ["Account", "Contact", "Lead", "Opportunity"];
const SERVICE_OBJECTS = [
  "AssignedResource",
  "ServiceAppointment",
  "ServiceResource",
  "WorkOrder",
  "WorkOrderLineItem",
];

interface Grants {
  readonly label: string;
  readonly description: string;
  readonly fields: readonly string[];
  readonly objects: readonly string[];
  readonly users: readonly string[];
  readonly access: "read" | "edit";
}

/** What the bridge may read; with appointments also what it may write there, and what a rep sees. */
export function permissionSetFiles(plan: PackagePlan): readonly PackageFile[] {
  const isService = plan.objects.includes("ServiceAppointment");
  const integration = permissionSetFile(PERMISSION_SETS.integration, {
    label: "Siro Bridge Integration",
    description:
      "Sign-in through the API, reading what an appointment is about, notifying its rep.",
    fields: mappedFields(plan),
    objects: [...SALES_OBJECTS, ...(isService ? SERVICE_OBJECTS : [])].toSorted(),
    // Events have no object permission of their own; this one opens activities.
    users: ["ActivitiesAccess", "ApiEnabled", "SendCustomNotifications"],
    access: "read",
  });
  return [
    integration,
    ...(isService ? [linkFieldsFile()] : []),
    ...(isService || plan.hasRepSignIn ? [repFile(isService)] : []),
  ];
}

function linkFieldsFile(): PackageFile {
  const { assignmentChanged: _, ...written } = FIELDS;
  return permissionSetFile(PERMISSION_SETS.linkFields, {
    label: "Siro Bridge Link Fields",
    description: "Optional, for the integration user: writing links and stamps to appointments.",
    fields: appointmentFields(Object.values(written).toSorted()),
    objects: ["ServiceAppointment"],
    users: [],
    access: "edit",
  });
}

/** Without a right in it, it still says who may sign in through the app. */
function repFile(isService: boolean): PackageFile {
  return permissionSetFile(PERMISSION_SETS.rep, {
    label: "Siro Bridge Rep",
    description:
      "Optional, for reps: seeing the links of an appointment, signing in to their page.",
    fields: isService ? appointmentFields([FIELDS.startLink, FIELDS.stopLink]) : [],
    objects: [],
    users: [],
    access: "read",
  });
}

function appointmentFields(names: readonly string[]): readonly string[] {
  return names.map((name) => `ServiceAppointment.${name}`);
}

/** Custom fields alone: a standard field that cannot be restricted would fail the whole deployment. */
function mappedFields({ objects, mapping }: PackagePlan): readonly string[] {
  const dated = DATED_TYPES.filter((object) => objects.includes(object)).flatMap((object) =>
    watchedFields(object, mapping).map((field) => `${object}.${field}`),
  );
  const path = mapping.workOrder.opportunityPath;
  const workOrder =
    path !== null && objects.includes("ServiceAppointment") ? [`WorkOrder.${path}`] : [];
  const custom = [...dated, ...workOrder].filter((field) => /^\w+\.\w+__c$/.test(field));
  return [...new Set(custom)].toSorted();
}

function permissionSetFile(name: string, grants: Grants): PackageFile {
  const text = metadataXml("PermissionSet", [
    ["description", grants.description],
    ...grants.fields.map((field) => fieldPermission(field, grants.access)),
    ["hasActivationRequired", "false"],
    ["label", grants.label],
    ...grants.objects.map((object) => objectPermission(object, grants.access)),
    ...grants.users.map(userPermission),
  ]);
  const component = { type: "PermissionSet", fullName: name };
  return sourceFile(`permissionsets/${name}.permissionset-meta.xml`, component, text);
}

function fieldPermission(field: string, access: Grants["access"]): XmlElement {
  return [
    "fieldPermissions",
    [
      ["editable", String(access === "edit")],
      ["field", field],
      ["readable", "true"],
    ],
  ];
}

function objectPermission(object: string, access: Grants["access"]): XmlElement {
  return [
    "objectPermissions",
    [
      ["allowCreate", "false"],
      ["allowDelete", "false"],
      ["allowEdit", String(access === "edit")],
      ["allowRead", "true"],
      ["modifyAllRecords", "false"],
      ["object", object],
      ["viewAllRecords", "false"],
    ],
  ];
}

function userPermission(name: string): XmlElement {
  return [
    "userPermissions",
    [
      ["enabled", "true"],
      ["name", name],
    ],
  ];
}
