import { createHash } from "node:crypto";
import type { AppointmentVersion, StoredAppointment } from "../books/stored-appointment.ts";
import type { Appointment } from "../domain/appointment.ts";

/** What a new report about a record means for what is stored. */
export type Verdict = "newer" | "same-content" | "stale";

/** A report about one record, ready to be judged. */
export interface AppointmentReport {
  readonly appointment: Appointment;
  readonly version: AppointmentVersion;
  readonly contentHash: string;
  /** Plain sentences for operators: which rules made it so. */
  readonly why: readonly string[];
}

/** Makes a report; the hash covers all that a plan or a link depends on. */
export function appointmentReport(
  appointment: Appointment,
  version: AppointmentVersion,
  why: readonly string[] = [],
): AppointmentReport {
  const contentHash = createHash("sha256").update(JSON.stringify(appointment)).digest("base64url");
  return { appointment, version, contentHash: contentHash.slice(0, 22), why };
}

/**
 * Judges a report against what is stored, so that every order of arrival ends in the same state.
 *
 * Older is stale. At the same instant the later look at the CRM wins, or the event that arrived later: an
 * assignment or a related record changes without moving the record's own stamp, and stamps count whole seconds.
 * After that the visit that has come further wins, then the greater event id: arbitrary, but always the same.
 */
export function judgeReport(
  stored: StoredAppointment | undefined,
  report: Omit<AppointmentReport, "why">,
): Verdict {
  if (stored === undefined) {
    return "newer";
  }
  const order = compareReports(report, stored);
  if (order < 0) {
    return "stale";
  }
  return report.contentHash === stored.contentHash ? "same-content" : "newer";
}

const PROGRESS = { scheduled: 0, "in-progress": 1, completed: 2, canceled: 2 } as const;

type Comparable = Pick<AppointmentReport, "appointment" | "version">;

function compareReports(left: Comparable, right: Comparable): number {
  return (
    left.version.occurredAtMs - right.version.occurredAtMs ||
    left.version.readAtMs - right.version.readAtMs ||
    PROGRESS[left.appointment.status] - PROGRESS[right.appointment.status] ||
    compareText(left.version.eventId, right.version.eventId)
  );
}

function compareText(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}
