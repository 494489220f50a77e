/** The kinds of fields the stub knows, in describe's words. */
export type FieldType =
  | "id"
  | "string"
  | "textarea"
  | "picklist"
  | "email"
  | "phone"
  | "url"
  | "boolean"
  | "int"
  | "double"
  | "datetime"
  | "date"
  | "reference";

/** A value as a record holds it; date-times are ISO texts in UTC with milliseconds. */
export type FieldValue = string | number | boolean | null;

/** One field of an object. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** Longest text a write may carry; 0 when the type has no length. */
  readonly length: number;
  readonly nillable: boolean;
  readonly updateable: boolean;
  readonly defaultValue: FieldValue;
  /** The objects a reference may point at; empty for every other type. */
  readonly referenceTo: readonly string[];
  /** The name of the parent in SOQL paths. */
  readonly relationshipName: string | null;
  /** The name of these records in sub-queries on their parent. */
  readonly childRelationshipName: string | null;
  /** The record goes to the bin with this parent. */
  readonly cascadeDelete: boolean;
}

/** One object type of the org. */
export interface ObjectDefinition {
  readonly name: string;
  readonly keyPrefix: string;
  readonly fields: readonly FieldDefinition[];
}

/** Says whether a reference leads to records of several types, which paths see through the Name object only. */
export function isPolymorphic(field: FieldDefinition): boolean {
  return field.referenceTo.length > 1;
}

/** Says whether a field is custom, as its name tells. */
export function isCustom(field: FieldDefinition): boolean {
  return field.name.endsWith("__c");
}
