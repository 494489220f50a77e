import { canonicalRecordId } from "../../../domain/crm-record-id.ts";
import type { FieldDefinition, FieldType, FieldValue } from "../schema/object-definition.ts";

/** A value in the form in which it is compared. */
export type Comparable = string | number | boolean;

/** How values of a field compare: texts without case, ids with it, times as milliseconds. */
export type ComparisonKind = "id" | "text" | "boolean" | "number" | "datetime" | "date";

/** Says how values of a type compare. */
export function comparisonKind(type: FieldType): ComparisonKind {
  switch (type) {
    case "id":
    case "reference":
      return "id";
    case "boolean":
    case "datetime":
    case "date":
      return type;
    case "int":
    case "double":
      return "number";
    default:
      return "text";
  }
}

/** Brings a field's value into the form in which it is compared; null stays null. */
export function comparable(field: FieldDefinition, value: FieldValue): Comparable | null {
  if (typeof value !== "string") {
    return value;
  }
  switch (comparisonKind(field.type)) {
    case "id":
      return comparableId(value);
    case "datetime":
    case "date":
      return Date.parse(value);
    default:
      return value.toLowerCase();
  }
}

/** Ids of 15 and 18 characters are the same id. */
export function comparableId(id: string): string {
  return canonicalRecordId(id).slice(0, 15);
}

/** Orders two values; nulls are for the caller to place. */
export function compareValues(left: Comparable, right: Comparable): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}
