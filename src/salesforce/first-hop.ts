import { type RecordType, recordTypeSchema } from "../domain/appointment.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { parseCrmRecord } from "./crm-record.ts";
import type { Org } from "./org.ts";
import { type ReadOutcome, type RecordRef, unreadableBecause } from "./read-outcome.ts";
import { isJsonObject } from "./record-fields.ts";
import { recordGraph } from "./record-graph.ts";
import type { QueryOutcome, WantedQuery } from "./run-queries.ts";
import { recordSelection } from "./soql-records.ts";
import { idIn } from "./soql-text.ts";

/** The refs of one type, and the query that reads them. */
export interface FirstHop {
  readonly recordType: RecordType;
  readonly refs: readonly RecordRef[];
  readonly query: WantedQuery;
}

/** Plans one query per type; none for a type that is not asked for. */
export function planFirstHop(org: Org, refs: readonly RecordRef[]): readonly FirstHop[] {
  return recordTypeSchema.options.flatMap((recordType) => {
    const ofType = refs.filter((ref) => ref.recordType === recordType);
    return ofType.length === 0 ? [] : [{ recordType, refs: ofType, query: queryOf(org, ofType) }];
  });
}

function queryOf(org: Org, refs: readonly RecordRef[]): WantedQuery {
  const recordType = refs[0]?.recordType ?? "ServiceAppointment";
  const ids = refs.map(({ recordId }) => recordId);
  return {
    selection: recordSelection(recordType, org.connection.mapping),
    condition: { where: idIn("Id", ids) },
    // Deleted records must be told from records that never were.
    all: true,
  };
}

/** Reads the rows of one type; every ref gets its own ending. */
export function readFirstHop(
  org: Org,
  { refs }: FirstHop,
  outcome: QueryOutcome,
): ReadonlyMap<string, ReadOutcome> {
  if (outcome.kind !== "rows") {
    return new Map(refs.map((ref) => [ref.recordId, unreadableBecause(ref, outcome)]));
  }
  const rows = new Map(outcome.rows.map((row) => [rowId(row), row]));
  return new Map(refs.map((ref) => [ref.recordId, readRow(org, ref, rows.get(ref.recordId))]));
}

function rowId(row: unknown): string | undefined {
  const id = isJsonObject(row) ? row["Id"] : undefined;
  return typeof id === "string" ? canonicalRecordId(id) : undefined;
}

function readRow(org: Org, { recordType, recordId }: RecordRef, row: unknown): ReadOutcome {
  if (row === undefined) {
    return { kind: "gone", recordType, recordId };
  }
  const reading = parseCrmRecord(row, org.connection.mapping);
  if (reading.kind === "read") {
    return recordGraph(reading.record, { isParentGone: isParentDeleted(row) }, reading.warnings);
  }
  const { problems } = reading;
  const code = "UNEXPECTED_RECORD";
  return { kind: "unreadable", recordType, recordId, code, retry: "never", problems };
}

/** A query that sees deleted records may still show the deleted work order behind a visit. */
function isParentDeleted(row: unknown): boolean {
  const parent = isJsonObject(row) ? row["ParentRecord"] : undefined;
  return isJsonObject(parent) && parent["IsDeleted"] === true;
}
