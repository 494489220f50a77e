import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { RecordRef } from "../books/timeline-book.ts";
import type { Delivery } from "../domain/delivery.ts";
import { isoInstant } from "../domain/instant.ts";
import { type Prompt, promptStateAt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";

/** Words one appointment with its prompts, as a list shows it; times become ISO-8601. */
export function presentAppointment(
  connection: string,
  { stored, prompts }: AppointmentDossier,
  nowMs: number,
) {
  const { appointment } = stored;
  return {
    connection,
    recordType: appointment.recordType,
    recordId: appointment.recordId,
    status: appointment.status,
    startAt: isoInstant(appointment.startAtMs),
    endAt: isoInstant(appointment.endAtMs),
    title: appointment.title,
    crmObjects: appointment.crmObjects,
    reps: appointment.reps,
    prompts: prompts
      .toSorted((left, right) => left.dueAtMs - right.dueAtMs)
      .map((prompt) => presentPrompt(prompt, nowMs)),
  };
}

/** All that is known of one record; without a dossier only its timeline is. */
export interface KnownRecord {
  readonly dossier: AppointmentDossier | undefined;
  readonly timeline: readonly TimelineEntry[];
}

/** Words one record with everything that is known. */
export function presentRecord(
  { connection, recordId }: RecordRef,
  { dossier, timeline }: KnownRecord,
  nowMs: number,
) {
  const head =
    dossier === undefined
      ? { ...UNKNOWN, connection, recordId }
      : presentAppointment(connection, dossier, nowMs);
  return {
    ...head,
    deliveries: (dossier?.deliveries ?? [])
      .toSorted((left, right) => left.updatedAtMs - right.updatedAtMs)
      .map(presentDelivery),
    receipts: [],
    timeline: timeline.map(({ atMs, ...entry }) => ({ at: isoInstant(atMs), ...entry })),
  };
}

const UNKNOWN = {
  recordType: null,
  status: "unknown",
  startAt: null,
  endAt: null,
  title: null,
  crmObjects: [],
  reps: [],
  prompts: [],
};

function presentPrompt(prompt: Prompt, nowMs: number) {
  const { firedAtMs, sentAtMs } = prompt;
  return {
    promptId: prompt.promptId,
    action: prompt.action,
    userId: prompt.userId,
    dueAt: isoInstant(prompt.dueAtMs),
    expiresAt: isoInstant(prompt.expiresAtMs),
    state: promptStateAt(prompt, nowMs),
    reason: prompt.reason,
    generation: prompt.generation,
    ...(firedAtMs === undefined ? {} : { firedAt: isoInstant(firedAtMs) }),
    ...(sentAtMs === undefined ? {} : { sentAt: isoInstant(sentAtMs) }),
  };
}

function presentDelivery({ updatedAtMs, ...delivery }: Delivery) {
  return { ...delivery, updatedAt: isoInstant(updatedAtMs) };
}
