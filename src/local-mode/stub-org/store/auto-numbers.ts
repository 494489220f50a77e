import type { StubRecord } from "./record.ts";

/** Field, prefix and digits of the numbers that Salesforce counts up. */
const AUTO_NUMBERS: ReadonlyMap<string, readonly [string, string, number]> = new Map([
  ["ServiceAppointment", ["AppointmentNumber", "SA-", 4]],
  ["AssignedResource", ["AssignedResourceNumber", "AR-", 4]],
  ["ServiceCrewMember", ["ServiceCrewMemberNumber", "SCM-", 4]],
  ["WorkOrder", ["WorkOrderNumber", "", 8]],
  ["WorkOrderLineItem", ["LineItemNumber", "", 8]],
  ["Case", ["CaseNumber", "", 8]],
]);

/** Counts up the numbers of new records: the returned fields are empty for objects without one. */
export function createAutoNumbers(): (objectName: string) => StubRecord {
  const counted = new Map<string, number>();
  return (objectName) => {
    const numbered = AUTO_NUMBERS.get(objectName);
    if (numbered === undefined) {
      return {};
    }
    const next = (counted.get(objectName) ?? 0) + 1;
    counted.set(objectName, next);
    const [fieldName, prefix, digits] = numbered;
    return { [fieldName]: prefix + String(next).padStart(digits, "0") };
  };
}
