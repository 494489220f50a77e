import { QueryRefusedError } from "./org-errors.ts";

/** A field, or a path through lookups; nothing else from a configuration ever enters SOQL. */
const FIELD_PATH = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/;
const RECORD_ID = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;

/** Fields of the record that a polymorphic lookup leads to, by its type. */
export interface TypeofPart {
  readonly relationship: string;
  readonly branches: readonly {
    readonly type: string;
    readonly fields: readonly string[];
  }[];
}

/** A list of child records inside a record. */
export interface ChildPart {
  readonly relationship: string;
  readonly from: string;
  readonly fields: readonly string[];
  readonly where: string;
  /** `Field DESC`, in order. */
  readonly order: readonly string[];
  readonly limit?: number;
}

/** What is selected of one object type; a field that ends in `?` is not missed when the org lacks it. */
export interface Selection {
  readonly from: string;
  readonly fields: readonly string[];
  readonly typeofs?: readonly TypeofPart[];
  readonly children?: readonly ChildPart[];
  /** Without these there is nothing to ask for. */
  readonly required?: readonly string[];
}

/** Which records, in which order. */
export interface Condition {
  readonly where: string;
  readonly tail?: string;
}

/** Says whether a text may stand in SOQL as a field. */
export function isFieldPath(text: string): boolean {
  return FIELD_PATH.test(text);
}

/** Says whether a text may stand in SOQL as a record id. */
export function isRecordId(text: string): boolean {
  return RECORD_ID.test(text);
}

/** Writes a query; every name in the selection must have been fitted to the org before. */
export function soqlOf(selection: Selection, { where, tail }: Condition): string {
  const { from, fields, typeofs = [], children = [] } = selection;
  const selected = [...fields, ...typeofs.map(typeofText), ...children.map(childText)];
  return [`SELECT ${selected.join(", ")} FROM ${from} WHERE ${where}`, tail ?? ""].join(" ").trim();
}

/**
 * Writes `field IN ('…', '…')`.
 *
 * @throws {QueryRefusedError} when an id is none: no other text may enter a query.
 */
export function idIn(field: string, ids: readonly string[]): string {
  if (!ids.every(isRecordId)) {
    throw new QueryRefusedError(field, "MALFORMED_ID");
  }
  return `${field} IN (${ids.map((id) => `'${id}'`).join(",")})`;
}

/** Writes a moment as SOQL does: always in UTC, as a plus sign would need escaping in a URL. */
export function soqlInstant(ms: number): string {
  return new Date(ms).toISOString();
}

function typeofText({ relationship, branches }: TypeofPart): string {
  const whens = branches.map(({ type, fields }) => `WHEN ${type} THEN ${fields.join(", ")}`);
  return `TYPEOF ${relationship} ${whens.join(" ")} END`;
}

function childText({ relationship, fields, where, order, limit }: ChildPart): string {
  const sorted = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  const cut = limit === undefined ? "" : ` LIMIT ${limit}`;
  return `(SELECT ${fields.join(", ")} FROM ${relationship} WHERE ${where}${sorted}${cut})`;
}
