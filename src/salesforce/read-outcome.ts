import type { RecordType } from "../domain/appointment.ts";
import type { GoneRecord, RecordGraph } from "./record-graph.ts";
import type { QueryOutcome } from "./run-queries.ts";

/** Which record is meant. */
export interface RecordRef {
  readonly recordType: RecordType;
  readonly recordId: string;
}

/** A record that could not be read while others could. */
export interface UnreadableRecord extends RecordRef {
  readonly kind: "unreadable";
  /** Salesforce's error code; UNEXPECTED_RECORD when the record has another shape than it should. */
  readonly code: string;
  /** Whether reading it again can help. */
  readonly retry: "later" | "never";
  readonly retryAfterMs?: number | undefined;
  /** What is wrong with it, for operators; names fields, never values. */
  readonly problems: readonly string[];
}

/** How reading one record ended. A deleted record is found, with `IsDeleted`; one that never was is gone. */
export type ReadOutcome = RecordGraph | GoneRecord | UnreadableRecord;

/** Says that a record is unreadable because its query had no rows to give. */
export function unreadableBecause(
  { recordType, recordId }: RecordRef,
  outcome: Exclude<QueryOutcome, { kind: "rows" }>,
): UnreadableRecord {
  const head = { kind: "unreadable", recordType, recordId } as const;
  return outcome.kind === "absent"
    ? { ...head, code: "INVALID_TYPE", retry: "never", problems: ["The org has no such object"] }
    : { ...head, ...pick(outcome), problems: [] };
}

function pick({ code, retry, retryAfterMs }: Extract<QueryOutcome, { kind: "refused" }>) {
  return { code, retry, retryAfterMs };
}
