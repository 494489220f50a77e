import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { Appointment, AppointmentInput } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { CrmEvent } from "../domain/crm-event.ts";
import type { ReportOf, ReportOutcome } from "./apply-report.ts";
import { isStamped } from "./is-stamped.ts";
import { type AppointmentReport, appointmentReport } from "./judge-report.ts";
import { type MessageChange, messageReport } from "./message-report.ts";
import type { OffReading, RecordReading, VisitReading } from "./record-reading.ts";

const MINUTE_MS = 60_000;
/** The reading's code while the org takes no more calls; the only outage that may last for a day. */
const OUT_OF_CALLS = "ORG_API_LIMIT";

type RecordChanged = Extract<CrmEvent, { kind: "record-changed" }>;

/** What came of an event. */
export type FollowOutcome =
  | { readonly kind: "followed"; readonly verdict: ReportOutcome["verdict"]; readonly reps: number }
  | { readonly kind: "try-later"; readonly code: string; readonly afterMs: number }
  | { readonly kind: "parked"; readonly reason: string; readonly detail: string };

/** What following an event needs from the world. */
export interface FollowEventDeps {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly readStored: (
    connection: Connection,
    recordId: string,
  ) => Promise<StoredAppointment | undefined>;
  readonly readRecord: (connection: Connection, event: RecordChanged) => Promise<RecordReading>;
  /** What the event's own fields say, without the record; undefined when they do not suffice. */
  readonly messageChange: (
    connection: Connection,
    event: RecordChanged,
  ) => MessageChange | undefined;
  readonly applyReport: (
    connection: Connection,
    recordId: string,
    reportOf: ReportOf,
  ) => Promise<ReportOutcome>;
  readonly applyPlan: (connection: Connection, userId: string) => Promise<unknown>;
  /** Lets another record be read as well, through the same queue. */
  readonly enqueue: (event: CrmEvent) => Promise<void>;
}

/**
 * Follows one event to the end: brings the appointment up to date, then the plan of every rep it names.
 *
 * An event that carries an id only is a reason to read the record; what it says itself is used only while the
 * org's calls are used up, for a visit that is known, until the record can be read. Safe to repeat, and right in any
 * order: plans are made from what is stored, not from the event.
 */
export async function followEvent(deps: FollowEventDeps, event: CrmEvent): Promise<FollowOutcome> {
  const connection = deps.connections.get(event.connection);
  if (connection === undefined) {
    return parked("UNKNOWN_CONNECTION", "The connection is not configured any more");
  }
  if (event.kind === "unusable") {
    return parked(event.reason, UNUSABLE[event.reason]);
  }
  if (event.appointment !== undefined) {
    const { occurredAtMs, receivedAtMs, eventId } = event;
    const appointment = appointmentOf(event, event.appointment, connection);
    const version = { occurredAtMs, readAtMs: receivedAtMs, eventId };
    const report = appointmentReport(appointment, version);
    return follow(deps, connection, { recordId: event.recordId, reportOf: () => report });
  }
  return connection.salesforce === undefined
    ? parked("NO_READER", "The event carries an id only, and no Salesforce reader is configured")
    : followRecord(deps, connection, event);
}

const UNUSABLE = {
  NO_RECORD: "The notification carries no record: it was deleted before the message was sent",
  UNKNOWN_RECORD_TYPE: "The notification is about an object that cannot be an appointment",
  BAD_RECORD_ID: "The notification's record id is not a Salesforce id",
} as const;

async function followRecord(
  deps: FollowEventDeps,
  connection: Connection,
  event: RecordChanged,
): Promise<FollowOutcome> {
  const stored = await deps.readStored(connection, event.recordId);
  const isOvertaken =
    stored !== undefined && isStamped(event) && event.occurredAtMs < stored.version.occurredAtMs;
  if (isOvertaken) {
    // A message that took its time: what it tells of is known, so no call is spent on it.
    return follow(deps, connection, {
      recordId: event.recordId,
      reportOf: (known) => (known === undefined ? undefined : staleReport(known, event)),
    });
  }
  const reading = await deps.readRecord(connection, event);
  switch (reading.kind) {
    case "unavailable":
      if (reading.code === OUT_OF_CALLS) {
        await followMessage(deps, connection, event);
      }
      return { kind: "try-later", code: reading.code, afterMs: reading.afterMs };
    case "unreadable":
      return parked(reading.code, reading.detail);
    case "visit":
      return followVisit(deps, connection, { reading, event });
    case "off":
      return followOff(deps, connection, { reading, event });
  }
}

/** A known visit that a message cancels or moves must not be prompted at the old time until calls are left. */
async function followMessage(
  deps: FollowEventDeps,
  connection: Connection,
  event: RecordChanged,
): Promise<void> {
  const change = deps.messageChange(connection, event);
  if (change !== undefined) {
    const { recordId } = event;
    await follow(deps, connection, {
      recordId,
      reportOf: (known) => messageReport(known, event, change),
    });
  }
}

async function followVisit(
  deps: FollowEventDeps,
  connection: Connection,
  { reading, event }: { readonly reading: VisitReading; readonly event: RecordChanged },
): Promise<FollowOutcome> {
  const { recordId, appointment, versionMs, readAtMs, why } = reading;
  const version = { occurredAtMs: versionMs, readAtMs, isRead: true, eventId: event.eventId };
  for (const duplicateId of reading.duplicateRecordIds) {
    const reason = `It stands for the same visit as ${recordId}`;
    await follow(deps, connection, {
      recordId: duplicateId,
      reportOf: (known) =>
        known === undefined
          ? undefined
          : endedReport(known, "canceled", {
              ...version,
              // Another record's stamp cannot date this one: the later look decides.
              occurredAtMs: Math.max(versionMs, known.version.occurredAtMs),
              why: [reason],
            }),
    });
  }
  const report = appointmentReport(appointment, version, why);
  return follow(deps, connection, { recordId, reportOf: () => report });
}

async function followOff(
  deps: FollowEventDeps,
  connection: Connection,
  { reading, event }: { readonly reading: OffReading; readonly event: RecordChanged },
): Promise<FollowOutcome> {
  const { recordId, recordType, status, versionMs, readAtMs, why, replacedByRecordId } = reading;
  if (replacedByRecordId !== undefined) {
    const eventId = `${event.eventId}.merged-into-${replacedByRecordId}`;
    const { connection: name, receivedAtMs } = event;
    await deps.enqueue({
      kind: "record-changed",
      connection: name,
      source: event.source,
      receivedAtMs,
      eventId,
      recordType,
      recordId: replacedByRecordId,
      occurredAtMs: event.occurredAtMs,
    });
  }
  const version = { occurredAtMs: versionMs, readAtMs, isRead: true, eventId: event.eventId };
  return follow(deps, connection, {
    recordId,
    reportOf: (known) =>
      known === undefined
        ? undefined
        : endedReport(known, status, {
            ...version,
            // Our clock is no stamp: a record that was hidden and is shown again still has its old one.
            ...(reading.isGone === true ? { occurredAtMs: known.version.occurredAtMs } : {}),
            why,
          }),
  });
}

interface Following {
  readonly recordId: string;
  readonly reportOf: ReportOf;
}

async function follow(
  deps: FollowEventDeps,
  connection: Connection,
  { recordId, reportOf }: Following,
): Promise<FollowOutcome> {
  const { verdict, userIds } = await deps.applyReport(connection, recordId, reportOf);
  for (const userId of userIds) {
    await deps.applyPlan(connection, userId);
  }
  return { kind: "followed", verdict, reps: userIds.length };
}

/** What is stored, with another ending: times, reps and records stay readable. */
function endedReport(
  { appointment }: StoredAppointment,
  status: "completed" | "canceled",
  { why, ...version }: AppointmentReport["version"] & Pick<AppointmentReport, "why">,
): AppointmentReport {
  return appointmentReport({ ...appointment, status }, version, why);
}

function staleReport({ appointment }: StoredAppointment, event: RecordChanged): AppointmentReport {
  const { occurredAtMs, eventId } = event;
  return appointmentReport(appointment, { occurredAtMs, readAtMs: 0, eventId });
}

function parked(reason: string, detail: string): FollowOutcome {
  return { kind: "parked", reason, detail };
}

function appointmentOf(
  { recordType, recordId }: RecordChanged,
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
