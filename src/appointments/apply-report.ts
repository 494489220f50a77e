import type { AppointmentDecision } from "../books/appointment-book.ts";
import type { StoredAppointment } from "../books/stored-appointment.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { type AppointmentReport, judgeReport, type Verdict } from "./judge-report.ts";

/** What came of a report: the verdict, and the reps whose plans must be looked at. */
export interface ReportOutcome {
  /** `nothing-known`: a visit that was never stored does not take place; there is nothing to store. */
  readonly verdict: Verdict | "nothing-known";
  readonly userIds: readonly string[];
}

/** Makes the report once what is stored is known: a canceled visit keeps its times. */
export type ReportOf = (stored: StoredAppointment | undefined) => AppointmentReport | undefined;

/** What applying a report needs from the world. */
export interface ApplyReportDeps {
  readonly changeAppointment: (
    decide: (stored: StoredAppointment | undefined) => AppointmentDecision<ReportOutcome>,
  ) => Promise<ReportOutcome>;
  readonly connection: string;
  readonly nowMs: number;
}

/**
 * Brings one report into the stored appointment, behind the version fence.
 *
 * Safe to repeat: the second time the same report finds its own content, and the plans are looked at again.
 * A stale report changes nothing and stands on the timeline.
 */
export async function applyReport(
  deps: ApplyReportDeps,
  recordId: string,
  reportOf: ReportOf,
): Promise<ReportOutcome> {
  const { connection, nowMs } = deps;
  return deps.changeAppointment((stored) => {
    const report = reportOf(stored);
    if (report === undefined) {
      return { result: { verdict: "nothing-known", userIds: [] }, commands: [] };
    }
    const verdict = judgeReport(stored, report);
    const entry = timelineEntry(verdict, report, { stored, nowMs });
    const commands = timelineCommands({ connection, recordId }, [entry]);
    if (stored !== undefined && verdict === "stale") {
      return { result: { verdict, userIds: stored.knownUserIds }, commands };
    }
    const next = nextState(stored, report);
    return { result: { verdict, userIds: next.knownUserIds }, next, commands };
  });
}

function nextState(
  stored: StoredAppointment | undefined,
  report: AppointmentReport,
): StoredAppointment {
  const named = report.appointment.reps.map((rep) => rep.userId);
  const { appointment, version, contentHash } = report;
  const known = stored?.knownUserIds ?? [];
  return { appointment, version, contentHash, knownUserIds: [...new Set([...known, ...named])] };
}

interface EntryContext {
  readonly stored: StoredAppointment | undefined;
  readonly nowMs: number;
}

function timelineEntry(
  verdict: Verdict,
  { appointment, version, why }: AppointmentReport,
  { stored, nowMs }: EntryContext,
): TimelineEntry {
  const at = new Date(version.occurredAtMs).toISOString();
  const base = { atMs: nowMs, eventId: version.eventId };
  switch (verdict) {
    case "newer":
      return {
        ...base,
        kind: "event.applied",
        text: [`${changeText(appointment, stored)} (${at})`, ...why].join(". "),
      };
    case "same-content":
      return { ...base, kind: "event.unchanged", text: `An event of ${at} changed nothing` };
    case "stale":
      return {
        ...base,
        kind: "event.stale",
        text: `An event of ${at} is older than what is known`,
      };
  }
}

function changeText(
  { status, startAtMs, endAtMs, reps }: AppointmentReport["appointment"],
  stored: StoredAppointment | undefined,
): string {
  const from = new Date(startAtMs).toISOString();
  const until = new Date(endAtMs).toISOString();
  const what = stored === undefined ? "Appointment stored" : "Appointment changed";
  return `${what}: ${status}, ${from} to ${until}, ${reps.length} rep(s)`;
}
