import type { Appointment, RecordType } from "../domain/appointment.ts";

/** What reading one record from the CRM came to; declared by its only reader. */
export type RecordReading =
  | VisitReading
  | OffReading
  /** The CRM cannot be asked now; the event waits. */
  | { readonly kind: "unavailable"; readonly code: string; readonly afterMs: number }
  /** Asking again cannot help. */
  | { readonly kind: "unreadable"; readonly code: string; readonly detail: string };

interface ReadingBase {
  readonly recordType: RecordType;
  readonly recordId: string;
  /** The record's own stamp; the moment of the look where there is none. */
  readonly versionMs: number;
  /** When the look began; a later look wins at the same stamp. */
  readonly readAtMs: number;
  readonly why: readonly string[];
}

/** The visit stands; without reps there is nobody to prompt yet. */
export interface VisitReading extends ReadingBase {
  readonly kind: "visit";
  readonly appointment: Appointment;
  /** Other records that stand for the same visit and must not prompt as well. */
  readonly duplicateRecordIds: readonly string[];
}

/** The visit will not take place, is over, or is none of ours. */
export interface OffReading extends ReadingBase {
  readonly kind: "off";
  readonly status: "completed" | "canceled";
  /** The CRM shows no such record, so there is no stamp: it may have been deleted for good, or be hidden from us. */
  readonly isGone?: boolean;
  /** For a merged record: the one that took its place. */
  readonly replacedByRecordId?: string;
}
