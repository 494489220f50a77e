import type { FieldTypeOfCondition } from "@jetstreamapp/soql-parser-js";
import { badRequest } from "../api/api-refusal.ts";
import {
  type FieldDefinition,
  isPolymorphic,
  type ObjectDefinition,
} from "../schema/object-definition.ts";
import { NAME_OBJECT } from "./name-object.ts";
import { malformed, noSuchObject } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";

/** The API version that brought TYPEOF. */
const FIRST_VERSION = 46;

/** A parent of which other fields are selected for each type. */
export interface TypeofEntry<Selection> {
  readonly kind: "typeof";
  readonly reference: FieldDefinition;
  readonly cases: ReadonlyMap<string, Selection>;
  /** For every other type; null when there is no ELSE. */
  readonly otherwise: Selection | null;
}

/** A TYPEOF expression whose relationship is found. */
export interface TypeofInput {
  readonly reference: FieldDefinition;
  readonly conditions: readonly FieldTypeOfCondition[];
}

/**
 * Compiles a TYPEOF expression.
 *
 * @throws {ApiRefusal} before API 46, for a reference to one type only, for a WHEN type the reference cannot have.
 */
export function compileTypeof<Selection>(
  scope: SoqlScope,
  { reference, conditions }: TypeofInput,
  compile: (object: ObjectDefinition, fieldList: readonly string[]) => Selection,
): TypeofEntry<Selection> {
  const relationship = reference.relationshipName ?? reference.name;
  if (scope.apiVersion < FIRST_VERSION) {
    throw malformed("unexpected token: 'TYPEOF'");
  }
  if (!isPolymorphic(reference)) {
    throw malformed(`TYPEOF needs a polymorphic relationship; ${relationship} is none`);
  }
  const cases = new Map<string, Selection>();
  let otherwise: Selection | null = null;
  for (const { type, objectType = "", fieldList } of conditions) {
    if (type === "ELSE") {
      otherwise = compile(NAME_OBJECT, fieldList);
      continue;
    }
    const object = caseObject(scope, reference, objectType);
    if (cases.has(object.name)) {
      throw malformed(`duplicate WHEN type in TYPEOF: ${object.name}`);
    }
    cases.set(object.name, compile(object, fieldList));
  }
  return { kind: "typeof", reference, cases, otherwise };
}

function caseObject(
  scope: SoqlScope,
  reference: FieldDefinition,
  objectType: string,
): ObjectDefinition {
  const object = scope.schema.object(objectType);
  if (object === undefined) {
    throw noSuchObject(scope.soql, objectType);
  }
  if (!reference.referenceTo.includes(object.name)) {
    throw badRequest(
      "INVALID_FIELD",
      `${object.name} is not a type that the relationship ${reference.relationshipName} can have`,
    );
  }
  return object;
}
