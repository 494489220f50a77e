import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { CrmEvent } from "../domain/crm-event.ts";
import { isStamped } from "./is-stamped.ts";
import { type AppointmentReport, appointmentReport, judgeReport } from "./judge-report.ts";

/**
 * What a message's own fields say about a visit that is known already; times are epoch milliseconds.
 *
 * off: it is over or will not take place · moved: it begins or ends at another time; what is absent is not said.
 */
export type MessageChange =
  | { readonly kind: "off"; readonly status: "completed" | "canceled"; readonly why: string }
  | { readonly kind: "moved"; readonly startAtMs?: number; readonly endAtMs?: number };

type RecordChanged = Extract<CrmEvent, { kind: "record-changed" }>;

const FROM_MESSAGE =
  "Taken from the message itself: the org's API calls are used up; the record is read when the limit allows";

/**
 * Makes the report of a message that must do without the record: reps, title and records stay as they are known.
 *
 * Pure. Undefined when it changes nothing that is known: the same again, an older one, or a visit that is over
 * already. A later read always wins, because it began later and its stamp is not older.
 */
export function messageReport(
  known: StoredAppointment | undefined,
  event: RecordChanged,
  change: MessageChange,
): AppointmentReport | undefined {
  if (known === undefined || !isStanding(known)) {
    return undefined;
  }
  const { appointment, why } = changed(known, change);
  const { occurredAtMs, isRead } = known.version;
  const version = {
    // An arrival is no stamp of the record: as one it could pass for newer than what is read later.
    occurredAtMs: isStamped(event) ? event.occurredAtMs : occurredAtMs,
    readAtMs: event.receivedAtMs,
    ...(isRead === undefined ? {} : { isRead }),
    eventId: event.eventId,
  };
  const report = appointmentReport(appointment, version, [...why, FROM_MESSAGE]);
  return judgeReport(known, report) === "newer" ? report : undefined;
}

function isStanding({ appointment: { status } }: StoredAppointment): boolean {
  return status === "scheduled" || status === "in-progress";
}

function changed(
  { appointment }: StoredAppointment,
  change: MessageChange,
): Pick<AppointmentReport, "appointment" | "why"> {
  if (change.kind === "off") {
    return { appointment: { ...appointment, status: change.status }, why: [change.why] };
  }
  const startAtMs = change.startAtMs ?? appointment.startAtMs;
  const { endAtMs = Number.NEGATIVE_INFINITY } = change;
  if (endAtMs > startAtMs) {
    return { appointment: { ...appointment, startAtMs, endAtMs }, why: [] };
  }
  // Without a usable end the visit keeps its length, wherever it begins now.
  const lengthMs = appointment.endAtMs - appointment.startAtMs;
  return { appointment: { ...appointment, startAtMs, endAtMs: startAtMs + lengthMs }, why: [] };
}
