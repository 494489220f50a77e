import type { Query } from "@jetstreamapp/soql-parser-js";
import type { ObjectDefinition } from "../schema/object-definition.ts";
import { idOf, type StubRecord } from "../store/record.ts";
import { type CompiledRows, compileRows, isCount, queriedObject, runRows } from "./compile-rows.ts";
import { parseSoql } from "./parse-soql.ts";
import { type AnswerRecord, projectRecord } from "./project-record.ts";
import { noSuchChildRelationship } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";

/** Everything a query found; the caller cuts it into pages. */
export interface SoqlResult {
  readonly totalSize: number;
  readonly objectName: string;
  readonly records: readonly AnswerRecord[];
}

/** A sub-query with its candidates by parent, so that each parent looks at its own only. */
interface ChildList {
  readonly name: string;
  readonly rows: CompiledRows;
  readonly byParent: ReadonlyMap<unknown, readonly StubRecord[]>;
}

/**
 * Evaluates a query of the scope's text.
 *
 * @throws {ApiRefusal} with the answer Salesforce gives to a query it does not understand.
 */
export function runSoql(scope: SoqlScope): SoqlResult {
  const query = parseSoql(scope.soql);
  const object = queriedObject(scope, query);
  const rows = compileRows(scope, query, object);
  const lists = compileChildLists(scope, query, object);
  const found = runRows(scope, rows, scope.all(object.name));
  const records = isCount(query)
    ? []
    : found.map((record) => ({
        ...projectRecord(scope, record, rows.selection),
        ...projectChildren(scope, record, lists),
      }));
  return { totalSize: found.length, objectName: object.name, records };
}

function compileChildLists(
  scope: SoqlScope,
  query: Query,
  parent: ObjectDefinition,
): readonly ChildList[] {
  return (query.fields ?? []).flatMap((field) => {
    if (field.type !== "FieldSubquery") {
      return [];
    }
    const { subquery } = field;
    const wanted = subquery.relationshipName.toLowerCase();
    const relationship = scope.schema
      .children(parent)
      .find(({ name }) => name.toLowerCase() === wanted);
    if (relationship === undefined) {
      throw noSuchChildRelationship(scope.soql, subquery.relationshipName);
    }
    const { name, child, field: reference } = relationship;
    const byParent = recordsByParent(scope.all(child.name), reference.name);
    return { name, rows: compileRows(scope, subquery, child), byParent };
  });
}

/** A list without records is null, not empty. */
function projectChildren(
  scope: SoqlScope,
  parent: StubRecord,
  lists: readonly ChildList[],
): AnswerRecord {
  return Object.fromEntries(
    lists.map(({ name, rows, byParent }) => {
      const found = runRows(scope, rows, byParent.get(idOf(parent)) ?? []);
      const records = found.map((record) => projectRecord(scope, record, rows.selection));
      const list = { totalSize: records.length, done: true, records };
      return [name, records.length === 0 ? null : list];
    }),
  );
}

function recordsByParent(
  records: readonly StubRecord[],
  referenceName: string,
): Map<unknown, StubRecord[]> {
  const byParent = new Map<unknown, StubRecord[]>();
  for (const record of records) {
    const siblings = byParent.get(record[referenceName]);
    if (siblings === undefined) {
      byParent.set(record[referenceName], [record]);
    } else {
      siblings.push(record);
    }
  }
  return byParent;
}
