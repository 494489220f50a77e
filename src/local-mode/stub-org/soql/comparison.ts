import type { ConditionWithValueQuery, LiteralType, Query } from "@jetstreamapp/soql-parser-js";
import type { FieldDefinition, ObjectDefinition } from "../schema/object-definition.ts";
import type { StubRecord } from "../store/record.ts";
import { type Comparable, comparable, compareValues, comparisonKind } from "./comparable.ts";
import type { TimeSpan } from "./date-literals.ts";
import { type FieldPath, readPath, resolvePath } from "./field-path.ts";
import { type Literal, likePattern, type Operand, readLiteral } from "./literal.ts";
import { pathSegments } from "./path-segments.ts";
import { malformed } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";

/** Says whether a record passes. */
export type RecordTest = (record: StubRecord) => boolean;

/** What comparisons are compiled against. */
export interface ComparisonTarget {
  readonly scope: SoqlScope;
  readonly object: ObjectDefinition;
  readonly alias: string | undefined;
  /** Runs the query of a semi-join and gives the values of its one column. */
  readonly columnOf: (query: Query) => readonly Comparable[];
}

type ValueTest = (value: Comparable | null) => boolean;

/**
 * Compiles one comparison of a WHERE clause.
 *
 * @throws {ApiRefusal} when the field is not there, the literal does not fit, or the stub does not know the operator.
 */
export function compileComparison(
  target: ComparisonTarget,
  condition: ConditionWithValueQuery,
): RecordTest {
  if (!("field" in condition)) {
    throw malformed("The stub org does not evaluate functions in WHERE");
  }
  const { scope, object, alias } = target;
  const segments = pathSegments(object, alias, condition.field);
  const path = resolvePath(scope, object, segments);
  const test = valueTest(target, path.field, condition);
  return (record) => test(valueAt(scope, record, path));
}

/** Reads the value at the end of a path in the form in which it is compared. */
export function valueAt(scope: SoqlScope, record: StubRecord, path: FieldPath): Comparable | null {
  return comparable(path.field, readPath(scope, record, path));
}

function valueTest(
  target: ComparisonTarget,
  field: FieldDefinition,
  condition: Extract<ConditionWithValueQuery, { field: string }>,
): ValueTest {
  const { operator } = condition;
  if ("valueQuery" in condition) {
    return memberTest(operator, target.columnOf(condition.valueQuery).map(asOperand));
  }
  const literals = literalsOf(condition.value, condition.literalType);
  if (operator === "LIKE") {
    return likeTest(field, literals);
  }
  const operands = literals.map((literal) => readLiteral(target.scope, field, literal));
  if (operator === "IN" || operator === "NOT IN") {
    return memberTest(operator, operands);
  }
  const [operand] = operands;
  if (operand === undefined) {
    throw malformed("unexpected token: '<EOF>'");
  }
  return (value) => holds(operator, value, operand);
}

function asOperand(value: Comparable): Operand {
  return { kind: "value", value };
}

function literalsOf(
  value: string | readonly string[],
  literalType: LiteralType | LiteralType[] | undefined,
): Literal[] {
  const texts = typeof value === "string" ? [value] : value;
  return texts.map((text, at) => ({
    text,
    type: (Array.isArray(literalType) ? literalType[at] : literalType) ?? "STRING",
  }));
}

/** Values are looked up in a set: a filter may carry thousands of ids. */
function memberTest(operator: string, operands: readonly Operand[]): ValueTest {
  const values = new Set(operands.flatMap((one) => (one.kind === "value" ? [one.value] : [])));
  const others = operands.filter(({ kind }) => kind !== "value");
  const isMember: ValueTest = (value) =>
    (value !== null && values.has(value)) || others.some((one) => equals(value, one));
  return operator === "IN" ? isMember : (value) => !isMember(value);
}

function likeTest(field: FieldDefinition, literals: readonly Literal[]): ValueTest {
  const [literal] = literals;
  if (literal?.type !== "STRING" || comparisonKind(field.type) !== "text") {
    throw malformed(`invalid operator on ${field.type} field`);
  }
  const pattern = likePattern(literal.text);
  return (value) => typeof value === "string" && pattern.test(value);
}

function equals(value: Comparable | null, operand: Operand): boolean {
  switch (operand.kind) {
    case "null":
      return value === null;
    case "value":
      return value === operand.value;
    case "span":
      return (
        typeof value === "number" && value >= operand.span.fromMs && value < operand.span.untilMs
      );
  }
}

function holds(operator: string, value: Comparable | null, operand: Operand): boolean {
  switch (operator) {
    case "=":
      return equals(value, operand);
    case "!=":
      return !equals(value, operand);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return value !== null && isOrdered(operator, value, operand);
    default:
      throw malformed(`The stub org does not know the operator ${operator}`);
  }
}

function isOrdered(
  operator: "<" | "<=" | ">" | ">=",
  value: Comparable,
  operand: Operand,
): boolean {
  if (operand.kind === "null") {
    return false;
  }
  if (operand.kind === "span") {
    return isOutsideSpan(operator, Number(value), operand.span);
  }
  const order = compareValues(value, operand.value);
  const isInOrder = { "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0 };
  return isInOrder[operator];
}

/** A whole day is smaller than what follows its end, and greater than what lies before its start. */
function isOutsideSpan(
  operator: "<" | "<=" | ">" | ">=",
  value: number,
  { fromMs, untilMs }: TimeSpan,
): boolean {
  const isPastEdge = {
    "<": value < fromMs,
    "<=": value < untilMs,
    ">": value >= untilMs,
    ">=": value >= fromMs,
  };
  return isPastEdge[operator];
}
