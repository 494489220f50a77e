import {
  type FieldDefinition,
  type FieldValue,
  isPolymorphic,
} from "../schema/object-definition.ts";
import { idOf, type StubRecord } from "../store/record.ts";
import { parentRecord } from "./field-path.ts";
import { asNameRecord, NAME_OBJECT } from "./name-object.ts";
import type { Selection, SelectionEntry } from "./selection.ts";
import type { SoqlScope } from "./soql-scope.ts";

/** A record in an answer. */
export interface AnswerRecord {
  [name: string]: unknown;
}

/** Writes the selected part of a record as the REST API does. */
export function projectRecord(
  scope: SoqlScope,
  record: StubRecord,
  selection: Selection,
): AnswerRecord {
  const answer: AnswerRecord = { attributes: attributesOf(scope, record, selection.object.name) };
  for (const [name, entry] of selection.entries) {
    answer[name] = projectEntry(scope, record, entry);
  }
  return answer;
}

/** Writes a field's value: date-times with an offset without colon. */
export function answerValue(field: FieldDefinition, value: FieldValue): FieldValue {
  return field.type === "datetime" && typeof value === "string"
    ? value.replace(/Z$/, "+0000")
    : value;
}

function attributesOf(scope: SoqlScope, record: StubRecord, objectName: string): AnswerRecord {
  const recordId = idOf(record);
  const url = `${scope.recordsPath}/${scope.typeOf(recordId) ?? objectName}/${recordId}`;
  return { type: objectName, url };
}

function projectEntry(scope: SoqlScope, record: StubRecord, entry: SelectionEntry): unknown {
  if (entry.kind === "field") {
    return answerValue(entry.field, record[entry.field.name] ?? null);
  }
  const parent = parentRecord(scope, record, entry.reference);
  if (parent === undefined) {
    return null;
  }
  const objectType = scope.typeOf(idOf(parent)) ?? "";
  if (entry.kind === "parent") {
    const shown = isPolymorphic(entry.reference) ? asNameRecord(parent, objectType) : parent;
    return projectRecord(scope, shown, entry.selection);
  }
  return projectTypeof(scope, { parent, objectType }, entry);
}

function projectTypeof(
  scope: SoqlScope,
  { parent, objectType }: { readonly parent: StubRecord; readonly objectType: string },
  { cases, otherwise }: Extract<SelectionEntry, { kind: "typeof" }>,
): unknown {
  const matching = cases.get(objectType);
  if (matching !== undefined) {
    return projectRecord(scope, parent, matching);
  }
  if (otherwise === null) {
    return null;
  }
  const shown = projectRecord(scope, asNameRecord(parent, objectType), otherwise);
  return { ...shown, attributes: attributesOf(scope, parent, objectType || NAME_OBJECT.name) };
}
