import type { Appointment, RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { CrmObject } from "../domain/crm-object.ts";
import type { Rep } from "../domain/rep.ts";
import type { CrmRecord } from "./crm-record.ts";
import type { AppointmentTimes } from "./times-of.ts";

/** Why a visit will not take place, or is over. */
export type CancelReason =
  | "canceled"
  | "cannot_complete"
  | "completed"
  | "deleted"
  | "unscheduled"
  | "parent_gone"
  | "merged"
  | "closed";

/** Why nobody can be prompted for a visit that stands. */
export type HoldReason = "no_rep" | "queue_owned" | "all_day" | "crew_unexpanded";

/** Why a record is no appointment of ours. */
export type IgnoreReason = "child_event" | "series_master" | "duplicate_of_sa" | "filtered";

/** Which record was mapped, as of which version; `versionMs` is SystemModstamp in epoch milliseconds. */
export interface MappedHead {
  readonly recordType: RecordType;
  readonly recordId: string;
  readonly versionMs: number;
}

interface MappedBase extends MappedHead {
  /** Plain sentences for operators: the rules that chose this ending, the crmObjects and the reps. */
  readonly why: readonly string[];
  readonly warnings: readonly string[];
}

interface MappedVisit extends MappedBase {
  readonly appointment: Appointment;
  /** Calendar Events that stand for this same visit: what was planned for them is to be canceled. */
  readonly duplicateEventIds: readonly string[];
}

/**
 * What one CRM record means for the bridge.
 *
 * schedule: a visit with reps · hold: a visit that stands but has nobody to prompt, its appointment has no
 * reps · cancel: what is stored for the record takes `status`; a record that was never stored stays so ·
 * ignore: no appointment; what an earlier state of the record left behind is to be canceled.
 */
export type Mapped =
  | (MappedVisit & { readonly kind: "schedule" })
  | (MappedVisit & { readonly kind: "hold"; readonly reason: HoldReason })
  | (MappedBase & {
      readonly kind: "cancel";
      readonly reason: CancelReason;
      readonly status: "completed" | "canceled";
      /** For a merged record: the one that took its place and is to be mapped instead. */
      readonly replacedByRecordId?: string;
    })
  | (MappedBase & { readonly kind: "ignore"; readonly reason: IgnoreReason });

/** What the mapping depends on besides the record; the clock is that of the moment the read began. */
export interface MapContext {
  readonly connection: Connection;
  readonly nowMs: number;
}

/** Who should be prompted, or why nobody can be. */
export interface RepFinding {
  readonly reps: readonly Rep[];
  /** Why nobody can be prompted; counts when `reps` is empty. */
  readonly holdReason: HoldReason;
  readonly why: readonly string[];
  readonly warnings: readonly string[];
}

/** Everything that makes up a visit, gathered from the record. */
export interface VisitDraft {
  readonly status: "scheduled" | "in-progress";
  readonly times: AppointmentTimes;
  readonly title: string;
  readonly crmObjects: readonly CrmObject[];
  readonly found: RepFinding;
  readonly duplicateEventIds?: readonly string[];
  readonly why: readonly string[];
  readonly warnings: readonly string[];
}

/** Names the record and its version. */
export function headOf({ type, Id, SystemModstamp }: CrmRecord): MappedHead {
  return { recordType: type, recordId: Id, versionMs: SystemModstamp };
}

/** A visit with reps is scheduled, one without is held. */
export function visitMapped(head: MappedHead, draft: VisitDraft): Mapped {
  const { found, times } = draft;
  const { recordType, recordId } = head;
  const visit = {
    ...head,
    appointment: {
      recordType,
      recordId,
      status: draft.status,
      startAtMs: times.startAtMs,
      endAtMs: times.endAtMs,
      title: draft.title,
      crmObjects: [...draft.crmObjects],
      reps: [...found.reps],
    },
    duplicateEventIds: draft.duplicateEventIds ?? [],
    why: [...draft.why, ...found.why],
    warnings: [...draft.warnings, ...times.warnings, ...found.warnings],
  };
  return found.reps.length > 0
    ? { kind: "schedule", ...visit }
    : { kind: "hold", reason: found.holdReason, ...visit };
}

/** The visit will not take place, or is over. */
export function cancelMapped(head: MappedHead, reason: CancelReason, why: string): Mapped {
  const status = cancelStatus(reason);
  return { kind: "cancel", ...head, reason, status, why: [why], warnings: [] };
}

/** The status that an appointment takes for a reason. */
export function cancelStatus(reason: CancelReason): "completed" | "canceled" {
  return reason === "completed" ? "completed" : "canceled";
}

/** The record is no appointment of ours. */
export function ignoreMapped(head: MappedHead, reason: IgnoreReason, why: string): Mapped {
  return { kind: "ignore", ...head, reason, why: [why], warnings: [] };
}
