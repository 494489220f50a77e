import type {
  FieldDefinition,
  FieldType,
  FieldValue,
  ObjectDefinition,
} from "./object-definition.ts";

/** What a field may have beside its name and type. */
export interface FieldTraits {
  readonly length?: number;
  readonly nillable?: boolean;
  readonly updateable?: boolean;
  readonly defaultValue?: FieldValue;
  readonly referenceTo?: readonly string[];
  readonly relationshipName?: string | null;
  readonly childRelationshipName?: string | null;
  readonly cascadeDelete?: boolean;
}

/** Marks fields that only Salesforce itself writes. */
export const READ_ONLY: FieldTraits = { updateable: false };

const LENGTHS: Readonly<Partial<Record<FieldType, number>>> = {
  id: 18,
  reference: 18,
  string: 255,
  textarea: 32_000,
  picklist: 255,
  email: 80,
  phone: 40,
  url: 255,
};

/** A field with the usual traits of its type. */
export function field(name: string, type: FieldType, traits: FieldTraits = {}): FieldDefinition {
  return {
    name,
    type,
    length: LENGTHS[type] ?? 0,
    nillable: type !== "boolean",
    updateable: true,
    defaultValue: type === "boolean" ? false : null,
    referenceTo: [],
    relationshipName: type === "reference" ? relationshipNameOf(name) : null,
    childRelationshipName: null,
    cascadeDelete: false,
    ...traits,
  };
}

/** Several fields of one type. */
export function fields(
  type: FieldType,
  names: readonly string[],
  traits: FieldTraits = {},
): FieldDefinition[] {
  return names.map((name) => field(name, type, traits));
}

/** A lookup; with a child name its records can be queried from the parent. */
export function lookup(
  name: string,
  referenceTo: readonly string[],
  traits: FieldTraits = {},
): FieldDefinition {
  return field(name, "reference", { referenceTo, ...traits });
}

/** The lookup to the owner of a record. */
export function owner(referenceTo: readonly string[] = ["Group", "User"]): FieldDefinition {
  return lookup("OwnerId", referenceTo, { nillable: false });
}

/** The name that Salesforce composes or counts up. */
export function ownName(name = "Name"): FieldDefinition {
  return field(name, "string", { updateable: false, nillable: false });
}

/** An object with the fields every record has, and its own. */
export function objectType(
  name: string,
  keyPrefix: string,
  own: readonly FieldDefinition[],
): ObjectDefinition {
  return { name, keyPrefix, fields: [...SYSTEM_FIELDS, ...own] };
}

/** An object that has no bin. */
export function setupObjectType(
  name: string,
  keyPrefix: string,
  own: readonly FieldDefinition[],
): ObjectDefinition {
  const { fields: all } = objectType(name, keyPrefix, own);
  return { name, keyPrefix, fields: all.filter((one) => one.name !== "IsDeleted") };
}

const SYSTEM_FIELDS: readonly FieldDefinition[] = [
  field("Id", "id", { updateable: false, nillable: false }),
  field("IsDeleted", "boolean", READ_ONLY),
  field("CreatedDate", "datetime", { updateable: false, nillable: false }),
  lookup("CreatedById", ["User"], READ_ONLY),
  field("LastModifiedDate", "datetime", { updateable: false, nillable: false }),
  lookup("LastModifiedById", ["User"], READ_ONLY),
  field("SystemModstamp", "datetime", { updateable: false, nillable: false }),
];

function relationshipNameOf(name: string): string {
  return name.endsWith("__c") ? name.replace(/__c$/, "__r") : name.replace(/Id$/, "");
}
