import { canonicalRecordId } from "../../../domain/crm-record-id.ts";
import type { FieldDefinition, FieldValue } from "../schema/object-definition.ts";

/** A value that does not fit its field. */
export class UnfitValueError extends Error {
  override readonly name = "UnfitValueError";
  readonly field: FieldDefinition;
  readonly reason: "type" | "length";

  constructor(field: FieldDefinition, reason: "type" | "length") {
    super(`The value does not fit ${field.name} (${field.type}): wrong ${reason}`);
    this.field = field;
    this.reason = reason;
  }
}

/**
 * Brings a value into the form the store holds: date-times as ISO text in whole seconds, ids with 18 characters,
 * empty text as null.
 *
 * @throws {UnfitValueError} when the field cannot hold the value.
 */
export function storedValue(field: FieldDefinition, value: FieldValue | Date): FieldValue {
  const isEmpty = value === null || value === "";
  if (isEmpty) {
    return field.type === "boolean" ? false : null;
  }
  return filledValue(field, value);
}

function filledValue(field: FieldDefinition, value: FieldValue | Date): FieldValue {
  const text = typeof value === "string" ? value : undefined;
  switch (field.type) {
    case "boolean":
      return checked(field, value === true || value === false ? value : undefined);
    case "int":
    case "double":
      return checked(field, finiteNumber(value));
    case "datetime":
      return checked(field, instantText(value));
    case "date":
      return checked(field, instantText(value)).slice(0, 10);
    case "id":
    case "reference":
      return canonicalRecordId(checked(field, text));
    default:
      return fittingText(field, checked(field, text));
  }
}

function finiteNumber(value: FieldValue | Date): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Reads a date-time, whatever its offset, as ISO text in whole seconds; undefined when it is none. */
function instantText(value: FieldValue | Date): string | undefined {
  if (typeof value !== "string" && !(value instanceof Date)) {
    return undefined;
  }
  const ms = new Date(value).getTime();
  return Number.isNaN(ms) ? undefined : new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

function fittingText(field: FieldDefinition, text: string): string {
  if (field.length > 0 && text.length > field.length) {
    throw new UnfitValueError(field, "length");
  }
  return text;
}

function checked<Value>(field: FieldDefinition, value: Value | undefined): Value {
  if (value === undefined) {
    throw new UnfitValueError(field, "type");
  }
  return value;
}
