import type { Connection } from "../domain/connection.ts";
import { type DatedRules, isDatedType } from "../domain/dated-object.ts";
import { FIELDS } from "./names.ts";
import type { ReportableObject } from "./package-plan.ts";

/** The fields of an object whose change must reach the bridge at once. */
export function watchedFields(
  object: ReportableObject,
  mapping: Connection["mapping"],
): readonly string[] {
  switch (object) {
    case "ServiceAppointment":
      return ["SchedStartTime", "SchedEndTime", "Status", "ContactId", FIELDS.assignmentChanged];
    case "Event":
      return ["StartDateTime", "EndDateTime", "OwnerId", "WhoId", "WhatId"];
    case "Lead":
      return datedFields(mapping.lead, ["IsConverted"]);
    case "Opportunity":
      // Whether it is closed follows from its stage.
      return datedFields(mapping.opportunity, ["StageName"]);
  }
}

// While the configured field is empty the rep is the owner.
function datedFields(dated: DatedRules | undefined, more: readonly string[]): readonly string[] {
  if (dated === undefined) {
    return [];
  }
  const { startField, endField, repField } = dated;
  const end = endField === null ? [] : [endField];
  const rep = repField === null ? [] : [ownFieldOf(repField)];
  return [...new Set([startField, ...end, ...rep, "OwnerId", ...more])];
}

/** The record's own field on the way to another: `Rep__r.User__c` begins with the lookup `Rep__c`. */
export function ownFieldOf(path: string): string {
  const [first = "", ...further] = path.split(".");
  if (further.length === 0) {
    return first;
  }
  return first.endsWith("__r") ? first.replace(/__r$/, "__c") : `${first}Id`;
}

/**
 * The entry condition of the flow: a new record, or one of the watched fields changed.
 *
 * An object with a configured start counts only while its start is filled, or when that changes; most have none.
 */
export function entryFormula(object: ReportableObject, mapping: Connection["mapping"]): string {
  const fields = watchedFields(object, mapping);
  const [startField = "", ...others] = fields;
  return isDatedType(object)
    ? `OR(${changed(startField)}, AND(NOT(ISBLANK({!$Record.${startField}})), ${anyChanged("ISNEW()", others)}))`
    : anyChanged("ISNEW()", fields);
}

/** The entry condition for an assignment: a new one, or another resource, or the mark that decides the rep. */
export function assignmentFormula(repPolicy: Connection["mapping"]["repPolicy"]): string {
  const marks = { primary: ["IsPrimaryResource"], required: ["IsRequiredResource"], all: [] };
  return anyChanged("ISNEW()", ["ServiceResourceId", ...marks[repPolicy]]);
}

function anyChanged(isNew: string, fields: readonly string[]): string {
  return `OR(${[isNew, ...fields.map(changed)].join(", ")})`;
}

function changed(field: string): string {
  return `ISCHANGED({!$Record.${field}})`;
}
