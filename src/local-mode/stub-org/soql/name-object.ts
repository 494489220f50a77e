import { field, fields, lookup } from "../schema/define-fields.ts";
import type { FieldDefinition, ObjectDefinition } from "../schema/object-definition.ts";
import { isPolymorphic } from "../schema/object-definition.ts";
import { idOf, type StubRecord, textOf } from "../store/record.ts";

/** Through a polymorphic reference a path sees only this object, whatever the record's real type. */
export const NAME_OBJECT: ObjectDefinition = {
  name: "Name",
  keyPrefix: "",
  fields: [
    field("Id", "id"),
    ...fields("string", ["Name", "FirstName", "LastName", "Type", "Username", "Alias", "Title"]),
    field("Email", "email"),
    field("Phone", "phone"),
    field("IsActive", "boolean"),
    lookup("ProfileId", ["Profile"]),
  ],
};

/** Objects whose name field is not called Name. */
const NAME_FIELDS: ReadonlyMap<string, string> = new Map([
  ["Case", "CaseNumber"],
  ["Event", "Subject"],
  ["ServiceAppointment", "AppointmentNumber"],
  ["WorkOrder", "WorkOrderNumber"],
  ["WorkOrderLineItem", "LineItemNumber"],
]);

/** Gives the object that a path sees behind a reference. */
export function nameOrTarget(reference: FieldDefinition): string {
  return isPolymorphic(reference) ? NAME_OBJECT.name : (reference.referenceTo[0] ?? "");
}

/** Shows a record as the Name object. */
export function asNameRecord(record: StubRecord, objectType: string): StubRecord {
  const shown = NAME_OBJECT.fields.map(({ name }) => [name, record[name] ?? null] as const);
  return {
    ...Object.fromEntries(shown),
    Id: idOf(record),
    Name: textOf(record, NAME_FIELDS.get(objectType) ?? "Name"),
    Type: objectType,
  };
}
