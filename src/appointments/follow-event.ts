import type { Appointment, AppointmentInput } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { CrmEvent } from "../domain/crm-event.ts";
import { type AppointmentReport, appointmentReport, type Verdict } from "./judge-report.ts";

const MINUTE_MS = 60_000;

/** What came of an event. */
export type FollowOutcome =
  | { readonly kind: "followed"; readonly verdict: Verdict; readonly reps: number }
  | { readonly kind: "parked"; readonly reason: string; readonly detail: string };

/** What following an event needs from the world. */
export interface FollowEventDeps {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly applyReport: (
    connection: Connection,
    report: AppointmentReport,
  ) => Promise<{ readonly verdict: Verdict; readonly userIds: readonly string[] }>;
  readonly applyPlan: (connection: Connection, userId: string) => Promise<unknown>;
}

/**
 * Follows one event to the end: brings the appointment up to date, then the plan of every rep it names.
 *
 * Safe to repeat, and right in any order: plans are made from what is stored, not from the event.
 */
export async function followEvent(deps: FollowEventDeps, event: CrmEvent): Promise<FollowOutcome> {
  const connection = deps.connections.get(event.connection);
  if (connection === undefined) {
    return parked("UNKNOWN_CONNECTION", "The connection is not configured any more");
  }
  if (event.kind === "unusable") {
    return parked(event.reason, UNUSABLE[event.reason]);
  }
  if (event.appointment === undefined) {
    return parked(
      "NO_READER",
      "The event carries an id only, and no Salesforce reader is configured",
    );
  }
  const report = appointmentReport(appointmentOf(event, event.appointment, connection), {
    occurredAtMs: event.occurredAtMs,
    eventId: event.eventId,
  });
  const { verdict, userIds } = await deps.applyReport(connection, report);
  for (const userId of userIds) {
    await deps.applyPlan(connection, userId);
  }
  return { kind: "followed", verdict, reps: userIds.length };
}

const UNUSABLE = {
  NO_RECORD: "The notification carries no record: it was deleted before the message was sent",
  UNKNOWN_RECORD_TYPE: "The notification is about an object that cannot be an appointment",
  BAD_RECORD_ID: "The notification's record id is not a Salesforce id",
} as const;

function parked(reason: string, detail: string): FollowOutcome {
  return { kind: "parked", reason, detail };
}

function appointmentOf(
  { recordType, recordId }: Extract<CrmEvent, { kind: "record-changed" }>,
  { status, startAt, endAt, title, crmObjects, reps }: AppointmentInput,
  { schedule }: Connection,
): Appointment {
  const byUserId = new Map(reps.map((rep) => [rep.userId, rep]));
  return {
    recordType,
    recordId,
    status,
    startAtMs: startAt,
    endAtMs: endAt ?? startAt + schedule.defaultDurationMinutes * MINUTE_MS,
    title,
    crmObjects,
    reps: [...byUserId.values()],
  };
}
