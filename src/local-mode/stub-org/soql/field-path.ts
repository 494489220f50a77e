import type { FieldDefinition, FieldValue, ObjectDefinition } from "../schema/object-definition.ts";
import { isPolymorphic } from "../schema/object-definition.ts";
import { fieldOf, referenceOf } from "../schema/org-schema.ts";
import { type StubRecord, textOf } from "../store/record.ts";
import { asNameRecord, NAME_OBJECT, nameOrTarget } from "./name-object.ts";
import { noSuchColumn, noSuchRelationship } from "./soql-refusals.ts";
import { isVisible, type SoqlScope } from "./soql-scope.ts";

/** Salesforce follows at most five references in one path. */
const MAX_HOPS = 5;

/** A field reached through parents. */
export interface FieldPath {
  readonly hops: readonly FieldDefinition[];
  readonly field: FieldDefinition;
}

/**
 * Resolves `Account.Owner.Name` from an object on.
 *
 * @throws {ApiRefusal} INVALID_FIELD when a relationship or the field is not there.
 */
export function resolvePath(
  scope: SoqlScope,
  start: ObjectDefinition,
  segments: readonly string[],
): FieldPath {
  const hops: FieldDefinition[] = [];
  let object = start;
  for (const segment of segments.slice(0, -1)) {
    const reference = relationshipOf(scope, object, segment);
    if (hops.length === MAX_HOPS) {
      throw noSuchRelationship(scope.soql, segment);
    }
    hops.push(reference);
    object = parentObject(scope, reference);
  }
  const name = segments.at(-1) ?? "";
  const field = fieldOf(object, name);
  if (field === undefined) {
    throw noSuchColumn(scope.soql, name, object.name);
  }
  return { hops, field };
}

/**
 * Finds the reference behind a relationship name.
 *
 * @throws {ApiRefusal} INVALID_FIELD when the object has no such relationship.
 */
export function relationshipOf(
  scope: SoqlScope,
  object: ObjectDefinition,
  name: string,
): FieldDefinition {
  const reference = referenceOf(object, name);
  if (reference === undefined) {
    throw noSuchRelationship(scope.soql, name);
  }
  return reference;
}

/** Gives the object that a path sees behind a reference: its target, or Name when there are several. */
export function parentObject(scope: SoqlScope, reference: FieldDefinition): ObjectDefinition {
  const name = nameOrTarget(reference);
  const object = name === NAME_OBJECT.name ? NAME_OBJECT : scope.schema.object(name);
  if (object === undefined) {
    throw noSuchRelationship(scope.soql, reference.relationshipName ?? reference.name);
  }
  return object;
}

/** Finds the record a reference points at, as far as the query sees it and the field may point there. */
export function parentRecord(
  scope: SoqlScope,
  record: StubRecord,
  reference: FieldDefinition,
): StubRecord | undefined {
  const parentId = textOf(record, reference.name);
  const parent = scope.find(parentId);
  const objectType = scope.typeOf(parentId) ?? "";
  const isThere = parent !== undefined && isVisible(scope, parent);
  return isThere && reference.referenceTo.includes(objectType) ? parent : undefined;
}

/** Reads the value at the end of a path; null when a parent on the way is missing. */
export function readPath(scope: SoqlScope, start: StubRecord, path: FieldPath): FieldValue {
  let record: StubRecord | undefined = start;
  for (const reference of path.hops) {
    const parent: StubRecord | undefined =
      record === undefined ? undefined : parentRecord(scope, record, reference);
    record =
      parent !== undefined && isPolymorphic(reference)
        ? asNameRecord(parent, scope.typeOf(textOf(parent, "Id")) ?? "")
        : parent;
  }
  return record?.[path.field.name] ?? null;
}
