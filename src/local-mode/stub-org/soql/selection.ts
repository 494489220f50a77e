import type { FieldType } from "@jetstreamapp/soql-parser-js";
import type { FieldDefinition, ObjectDefinition } from "../schema/object-definition.ts";
import { parentObject, relationshipOf, resolvePath } from "./field-path.ts";
import { pathSegments } from "./path-segments.ts";
import { malformed } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";
import { compileTypeof, type TypeofEntry } from "./typeof.ts";

/** One selected thing of a record. */
export type SelectionEntry =
  | { readonly kind: "field"; readonly field: FieldDefinition }
  | {
      readonly kind: "parent";
      readonly reference: FieldDefinition;
      readonly selection: Selection;
    }
  | TypeofEntry<Selection>;

/** What a query selects of an object, by the name in the answer. */
export interface Selection {
  readonly object: ObjectDefinition;
  readonly entries: Map<string, SelectionEntry>;
}

/** The fields of a query that are no sub-queries, with the object they belong to. */
export interface SelectionInput {
  readonly object: ObjectDefinition;
  readonly alias: string | undefined;
  readonly fields: readonly FieldType[];
}

/**
 * Compiles a select list; sub-queries are left to the caller.
 *
 * @throws {ApiRefusal} when a field is not there or selected twice, or a rule of TYPEOF is broken.
 */
export function compileSelection(scope: SoqlScope, input: SelectionInput): Selection {
  const { object, alias } = input;
  const selection: Selection = { object, entries: new Map() };
  for (const field of input.fields) {
    if (field.type === "FieldTypeof") {
      addTypeof(scope, selection, field);
    } else if (field.type !== "FieldSubquery") {
      addPath(scope, selection, pathSegments(object, alias, dottedName(field)));
    }
  }
  return selection;
}

function dottedName(field: Exclude<FieldType, { type: "FieldTypeof" | "FieldSubquery" }>): string {
  if (field.type === "FieldFunctionExpression") {
    throw malformed(`The stub org does not evaluate ${field.rawValue ?? field.functionName}`);
  }
  const relationships = field.type === "FieldRelationship" ? field.relationships : [];
  return [...relationships, field.field].join(".");
}

function addPath(scope: SoqlScope, selection: Selection, segments: readonly string[]): void {
  const { field } = resolvePath(scope, selection.object, segments);
  const { entries } = parentSelection(scope, selection, segments.slice(0, -1));
  if (entries.has(field.name)) {
    throw malformed(`duplicate field selected: ${segments.join(".")}`);
  }
  entries.set(field.name, { kind: "field", field });
}

/** Goes down a path, making the selections on the way. */
function parentSelection(
  scope: SoqlScope,
  start: Selection,
  relationships: readonly string[],
): Selection {
  let selection = start;
  for (const name of relationships) {
    const reference = relationshipOf(scope, selection.object, name);
    const key = reference.relationshipName ?? name;
    const known = selection.entries.get(key);
    if (known !== undefined && known.kind !== "parent") {
      throw bothWays(key);
    }
    const next = known?.selection ?? {
      object: parentObject(scope, reference),
      entries: new Map<string, SelectionEntry>(),
    };
    selection.entries.set(key, { kind: "parent", reference, selection: next });
    selection = next;
  }
  return selection;
}

function addTypeof(
  scope: SoqlScope,
  root: Selection,
  field: Extract<FieldType, { type: "FieldTypeof" }>,
): void {
  const segments = field.field.split(".");
  const selection = parentSelection(scope, root, segments.slice(0, -1));
  const reference = relationshipOf(scope, selection.object, segments.at(-1) ?? "");
  const key = reference.relationshipName ?? field.field;
  if (selection.entries.has(key)) {
    throw bothWays(key);
  }
  const entry = compileTypeof(scope, { reference, conditions: field.conditions }, (object, list) =>
    compilePaths(scope, object, list),
  );
  selection.entries.set(key, entry);
}

function compilePaths(
  scope: SoqlScope,
  object: ObjectDefinition,
  list: readonly string[],
): Selection {
  const selection: Selection = { object, entries: new Map() };
  for (const dotted of list) {
    addPath(scope, selection, dotted.split("."));
  }
  return selection;
}

function bothWays(relationship: string): Error {
  return malformed(
    `A relationship field used in a TYPEOF clause cannot be referenced in the SELECT list another way: ${relationship}`,
  );
}
