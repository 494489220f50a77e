import type { LiteralType } from "@jetstreamapp/soql-parser-js";
import type { FieldDefinition } from "../schema/object-definition.ts";
import {
  type Comparable,
  type ComparisonKind,
  comparableId,
  comparisonKind,
} from "./comparable.ts";
import { spanOfDateLiteral, type TimeSpan } from "./date-literals.ts";
import { malformed, noId, wrongLiteral } from "./soql-refusals.ts";
import type { SoqlScope } from "./soql-scope.ts";

const RECORD_ID = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;

/** The right side of a comparison. */
export type Operand =
  | { readonly kind: "null" }
  | { readonly kind: "value"; readonly value: Comparable }
  | { readonly kind: "span"; readonly span: TimeSpan };

/** A literal as the parser gives it. */
export interface Literal {
  readonly text: string;
  readonly type: LiteralType;
}

const LITERALS: Readonly<Record<ComparisonKind, readonly LiteralType[]>> = {
  id: ["STRING"],
  text: ["STRING"],
  boolean: ["BOOLEAN"],
  number: ["INTEGER", "DECIMAL"],
  datetime: ["DATETIME", "DATE_LITERAL", "DATE_N_LITERAL"],
  date: ["DATE", "DATE_LITERAL", "DATE_N_LITERAL"],
};
const NEEDED: Readonly<Record<ComparisonKind, string>> = {
  id: "string",
  text: "string",
  boolean: "boolean",
  number: "double",
  datetime: "dateTime",
  date: "date",
};

/**
 * Reads a literal as a value of the field.
 *
 * @throws {ApiRefusal} INVALID_FIELD when its type does not fit, INVALID_QUERY_FILTER_OPERATOR for a bad id.
 */
export function readLiteral(scope: SoqlScope, field: FieldDefinition, literal: Literal): Operand {
  if (literal.type === "NULL") {
    return { kind: "null" };
  }
  const kind = comparisonKind(field.type);
  if (!LITERALS[kind].includes(literal.type)) {
    throw wrongLiteral(scope.soql, field.name, NEEDED[kind]);
  }
  return literal.type === "DATE_LITERAL" || literal.type === "DATE_N_LITERAL"
    ? readSpan(scope, literal.text)
    : readValue(scope, kind, literal.text);
}

function readSpan(scope: SoqlScope, text: string): Operand {
  const span = spanOfDateLiteral(text, scope.nowMs);
  if (span === undefined) {
    throw malformed(`The stub org does not know the date literal ${text}`);
  }
  return { kind: "span", span };
}

function readValue(scope: SoqlScope, kind: ComparisonKind, text: string): Operand {
  switch (kind) {
    case "id":
      return readId(scope, unquoted(text));
    case "text":
      return text === "''"
        ? { kind: "null" }
        : { kind: "value", value: unescaped(unquoted(text)).toLowerCase() };
    case "boolean":
      return { kind: "value", value: text.toUpperCase() === "TRUE" };
    case "number":
      return { kind: "value", value: Number(text) };
    case "datetime":
    case "date":
      return { kind: "value", value: Date.parse(text) };
  }
}

function readId(scope: SoqlScope, id: string): Operand {
  if (id === "") {
    return { kind: "null" };
  }
  if (!RECORD_ID.test(id)) {
    throw noId(scope.soql, id);
  }
  return { kind: "value", value: comparableId(id) };
}

/** Makes the test of LIKE: `%` is any text, `_` one character, both literal after a backslash; case is ignored. */
export function likePattern(text: string): RegExp {
  const source = unquoted(text).replace(/\\[%_]|\\.|[%_]|[^\w\s]/gs, (piece) => {
    switch (piece) {
      case "%":
        return ".*";
      case "_":
        return ".";
      default:
        return escapedForPattern(piece);
    }
  });
  return new RegExp(`^${source}$`, "is");
}

function escapedForPattern(piece: string): string {
  const plain = /^\\[%_]$/.test(piece) ? piece.slice(1) : unescaped(piece);
  return plain.replace(/[^\w\s]/g, "\\$&");
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/g, "");
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["f", "\f"],
]);

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_all, char: string) => ESCAPES.get(char.toLowerCase()) ?? char);
}
