import type { FieldValue } from "../schema/object-definition.ts";

/** A record as the store holds it: every field of its object, empty ones null. */
export interface StubRecord {
  readonly [fieldName: string]: FieldValue;
}

/** What a write may carry: a Date is as good as its ISO text. */
export type RecordInput = Readonly<Record<string, FieldValue | Date>>;

/** Gives the 18-character id of a record. */
export function idOf(record: StubRecord): string {
  return String(record["Id"]);
}

/** Gives a field's text, or null when it is empty or no text. */
export function textOf(record: StubRecord, fieldName: string): string | null {
  const value = record[fieldName];
  return typeof value === "string" ? value : null;
}
