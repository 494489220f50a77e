import type { FieldType, Query, Subquery } from "@jetstreamapp/soql-parser-js";
import type { ObjectDefinition } from "../schema/object-definition.ts";
import type { StubRecord } from "../store/record.ts";
import type { Comparable } from "./comparable.ts";
import { compileComparison, type RecordTest, valueAt } from "./comparison.ts";
import { resolvePath } from "./field-path.ts";
import { compileOrder, type RowOrder } from "./row-order.ts";
import { compileSelection, type Selection } from "./selection.ts";
import { malformed, noSuchObject } from "./soql-refusals.ts";
import { isVisible, type SoqlScope } from "./soql-scope.ts";
import { mapTests, passes, whereTree } from "./where-tree.ts";

const MAX_OFFSET = 2000;

/** A query or sub-query, ready to run on the records of its object. */
export interface CompiledRows {
  readonly selection: Selection;
  readonly matches: RecordTest;
  readonly order: RowOrder;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Compiles everything of a query but its sub-queries.
 *
 * @throws {ApiRefusal} when the query names what is not there, or asks what the stub cannot do.
 */
export function compileRows(
  scope: SoqlScope,
  query: Query | Subquery,
  object: ObjectDefinition,
): CompiledRows {
  refuseUnsupported(query);
  const alias = query.sObjectAlias;
  const clauses = query.orderBy === undefined ? [] : [query.orderBy].flat();
  return {
    selection: compileSelection(scope, { object, alias, fields: selected(query.fields ?? []) }),
    matches: compileWhere(scope, query, object),
    order: compileOrder(scope, { object, alias, clauses }),
    offset: query.offset ?? 0,
    limit: query.limit ?? Number.POSITIVE_INFINITY,
  };
}

/** Runs compiled rows on the given records. */
export function runRows(
  scope: SoqlScope,
  rows: CompiledRows,
  records: readonly StubRecord[],
): StubRecord[] {
  return records
    .filter((record) => isVisible(scope, record) && rows.matches(record))
    .sort(rows.order)
    .slice(rows.offset, rows.offset + rows.limit);
}

/**
 * Finds the object a query is about.
 *
 * @throws {ApiRefusal} INVALID_TYPE when the org does not have it.
 */
export function queriedObject(scope: SoqlScope, query: Query): ObjectDefinition {
  const object = scope.schema.object(query.sObject ?? "");
  if (object === undefined) {
    throw noSuchObject(scope.soql, query.sObject ?? "");
  }
  return object;
}

/** Says whether a query only counts: `SELECT COUNT() FROM …`. */
export function isCount(query: Query): boolean {
  const [only, ...others] = query.fields ?? [];
  return others.length === 0 && isCountField(only);
}

function isCountField(field: FieldType | undefined): boolean {
  return (
    field?.type === "FieldFunctionExpression" &&
    field.functionName.toUpperCase() === "COUNT" &&
    field.parameters.length === 0
  );
}

function selected(fields: readonly FieldType[]): readonly FieldType[] {
  return fields.length === 1 && isCountField(fields[0]) ? [] : fields;
}

function refuseUnsupported(query: Query | Subquery): void {
  if (query.groupBy !== undefined || query.having !== undefined) {
    throw malformed("The stub org does not group");
  }
  if ((query.offset ?? 0) > MAX_OFFSET) {
    throw malformed(`Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  }
}

function compileWhere(
  scope: SoqlScope,
  query: Query | Subquery,
  object: ObjectDefinition,
): RecordTest {
  if (query.where === undefined) {
    return () => true;
  }
  const target = {
    scope,
    object,
    alias: query.sObjectAlias,
    columnOf: (inner: Query) => columnOf(scope, inner),
  };
  const tree = mapTests(whereTree(query.where), (one) => compileComparison(target, one));
  return (record) => passes(tree, (test) => test(record));
}

/** Runs the query of a semi-join: one column, its empty values left out. */
function columnOf(scope: SoqlScope, query: Query): Comparable[] {
  const object = queriedObject(scope, query);
  const [column] = query.fields ?? [];
  if (column?.type !== "Field") {
    throw malformed("A semi-join selects exactly one field");
  }
  const path = resolvePath(scope, object, [column.field]);
  const found = runRows(scope, compileRows(scope, query, object), scope.all(object.name));
  return found.flatMap((record) => valueAt(scope, record, path) ?? []);
}
