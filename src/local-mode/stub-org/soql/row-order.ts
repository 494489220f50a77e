import type { OrderByClause } from "@jetstreamapp/soql-parser-js";
import type { ObjectDefinition } from "../schema/object-definition.ts";
import type { StubRecord } from "../store/record.ts";
import { type Comparable, compareValues } from "./comparable.ts";
import { valueAt } from "./comparison.ts";
import { resolvePath } from "./field-path.ts";
import { pathSegments } from "./path-segments.ts";
import { malformed } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";

/** Says which of two records comes first. */
export type RowOrder = (left: StubRecord, right: StubRecord) => number;

/** The ORDER BY of a query with the object it is about. */
export interface OrderInput {
  readonly object: ObjectDefinition;
  readonly alias: string | undefined;
  readonly clauses: readonly OrderByClause[];
}

/**
 * Compiles ORDER BY; empty values come first unless NULLS LAST is said.
 *
 * @throws {ApiRefusal} when a field is not there.
 */
export function compileOrder(scope: SoqlScope, input: OrderInput): RowOrder {
  const orders = input.clauses.map((clause) => compileClause(scope, input, clause));
  return (left, right) => {
    for (const order of orders) {
      const result = order(left, right);
      if (result !== 0) {
        return result;
      }
    }
    return 0;
  };
}

function compileClause(
  scope: SoqlScope,
  { object, alias }: OrderInput,
  clause: OrderByClause,
): RowOrder {
  if (!("field" in clause)) {
    throw malformed("The stub org does not order by functions");
  }
  const path = resolvePath(scope, object, pathSegments(object, alias, clause.field));
  const direction = clause.order === "DESC" ? -1 : 1;
  const nullsAt = clause.nulls === "LAST" ? 1 : -1;
  return (left, right) =>
    compareWithNulls(valueAt(scope, left, path), valueAt(scope, right, path), {
      direction,
      nullsAt,
    });
}

function compareWithNulls(
  left: Comparable | null,
  right: Comparable | null,
  { direction, nullsAt }: { readonly direction: number; readonly nullsAt: number },
): number {
  if (left === null || right === null) {
    return left === right ? 0 : nullsAt * (left === null ? 1 : -1);
  }
  return direction * compareValues(left, right);
}
