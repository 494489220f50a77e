import type { FieldValue } from "../schema/object-definition.ts";
import { type StubRecord, textOf } from "./record.ts";

/** Field values that follow from others. */
export type DerivedValues = Readonly<Record<string, FieldValue>>;

/** What a rule may look at. */
export interface DeriveInput {
  readonly record: StubRecord;
  /** The fields this write carries. */
  readonly touched: ReadonlySet<string>;
  readonly find: (id: string | null) => StubRecord | undefined;
  readonly typeOf: (id: string | null) => string | undefined;
}

/** Computes what Salesforce itself fills in when a record of this type is written. */
export function derivedValues(objectName: string, input: DeriveInput): DerivedValues {
  return RULES.get(objectName)?.(input) ?? {};
}

const CATEGORY_OF_STATUS: ReadonlyMap<string, string> = new Map([
  ["None", "None"],
  ["Scheduled", "Scheduled"],
  ["Dispatched", "Dispatched"],
  ["In Progress", "InProgress"],
  ["Cannot Complete", "CannotComplete"],
  ["Completed", "Completed"],
  ["Canceled", "Canceled"],
]);

const RULES: ReadonlyMap<string, (input: DeriveInput) => DerivedValues> = new Map([
  ["ServiceAppointment", deriveServiceAppointment],
  ["Event", deriveEvent],
  ["Opportunity", deriveOpportunity],
  ["Contact", deriveFullName],
  ["Lead", deriveFullName],
  ["User", deriveFullName],
]);

function deriveServiceAppointment(input: DeriveInput): DerivedValues {
  const { record, touched } = input;
  const category = CATEGORY_OF_STATUS.get(textOf(record, "Status") ?? "None");
  const duration = record["Duration"];
  return {
    ...(touched.has("Status") && category !== undefined ? { StatusCategory: category } : {}),
    ...(touched.has("ParentRecordId") ? deriveFromParent(input) : {}),
    ...(typeof duration === "number"
      ? { DurationInMinutes: duration * (record["DurationType"] === "Hours" ? 60 : 1) }
      : {}),
  };
}

/** The account is filled in for work orders and their line items only; it stays blank for every other parent. */
function deriveFromParent({ record, find, typeOf }: DeriveInput): DerivedValues {
  const parentId = textOf(record, "ParentRecordId");
  const parentType = typeOf(parentId) ?? null;
  const parent = find(parentId);
  const workOrder =
    parentType === "WorkOrderLineItem" && parent !== undefined
      ? find(textOf(parent, "WorkOrderId"))
      : parent;
  const isWork = parentType === "WorkOrder" || parentType === "WorkOrderLineItem";
  return {
    ParentRecordType: parentType,
    AccountId: isWork && workOrder !== undefined ? textOf(workOrder, "AccountId") : null,
  };
}

function deriveEvent({ record, touched, find, typeOf }: DeriveInput): DerivedValues {
  const start = textOf(record, "StartDateTime");
  const end = textOf(record, "EndDateTime");
  const isTimed = start !== null && (touched.has("StartDateTime") || touched.has("EndDateTime"));
  const isRelated = touched.has("WhatId") || touched.has("WhoId");
  return {
    ...(isTimed ? { ActivityDate: start.slice(0, 10), ActivityDateTime: start } : {}),
    ...(isTimed && end !== null
      ? { DurationInMinutes: Math.round((Date.parse(end) - Date.parse(start)) / 60_000) }
      : {}),
    ...(isRelated ? { AccountId: accountOfEvent({ record, find, typeOf }) } : {}),
  };
}

function accountOfEvent({
  record,
  find,
  typeOf,
}: Pick<DeriveInput, "record" | "find" | "typeOf">): string | null {
  const whatId = textOf(record, "WhatId");
  if (typeOf(whatId) === "Account") {
    return whatId;
  }
  const what = find(whatId);
  const who = find(textOf(record, "WhoId"));
  return (
    (what === undefined ? null : textOf(what, "AccountId")) ??
    (who === undefined ? null : textOf(who, "AccountId"))
  );
}

function deriveOpportunity({ record, touched }: DeriveInput): DerivedValues {
  const stage = textOf(record, "StageName") ?? "";
  return touched.has("StageName")
    ? { IsClosed: stage.startsWith("Closed"), IsWon: stage === "Closed Won" }
    : {};
}

function deriveFullName({ record }: DeriveInput): DerivedValues {
  const parts = [textOf(record, "FirstName"), textOf(record, "LastName")];
  return { Name: parts.filter((part) => part !== null).join(" ") };
}
