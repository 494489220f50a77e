import type { Connection } from "../domain/connection.ts";
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
      return datedFields(mapping.lead);
    case "Opportunity":
      return datedFields(mapping.opportunity);
  }
}

// Without a field of its own the rep is the owner.
function datedFields(dated: Connection["mapping"]["lead"]): readonly string[] {
  if (dated === undefined) {
    return [];
  }
  const { startField, endField, repField } = dated;
  return [startField, ...(endField === null ? [] : [endField]), repField ?? "OwnerId"];
}

/**
 * The entry condition of the flow: a new record, or one of the watched fields changed.
 *
 * A new lead or opportunity counts only when its start is filled; most have none.
 */
export function entryFormula(object: ReportableObject, mapping: Connection["mapping"]): string {
  const fields = watchedFields(object, mapping);
  const isDated = object === "Lead" || object === "Opportunity";
  const isNew = isDated ? `AND(ISNEW(), NOT(ISBLANK({!$Record.${fields[0] ?? ""}})))` : "ISNEW()";
  return anyChanged(isNew, fields);
}

/** The entry condition for an assignment: a new one, or another resource, or the mark that decides the rep. */
export function assignmentFormula(repPolicy: Connection["mapping"]["repPolicy"]): string {
  const marks = { primary: ["IsPrimaryResource"], required: ["IsRequiredResource"], all: [] };
  return anyChanged("ISNEW()", ["ServiceResourceId", ...marks[repPolicy]]);
}

function anyChanged(isNew: string, fields: readonly string[]): string {
  const changes = fields.map((field) => `ISCHANGED({!$Record.${field}})`);
  return `OR(${[isNew, ...changes].join(", ")})`;
}
