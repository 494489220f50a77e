import type { AppointmentDossier } from "../books/appointment-book.ts";
import { isoInstant } from "../domain/instant.ts";
import {
  confirmationOf,
  type Prompt,
  type PromptRecording,
  promptStateAt,
} from "../domain/prompt.ts";
import { type SummaryFacts, summarizeAppointment } from "./summarize-appointment.ts";

/** Words one appointment with its prompts and its summary, as a list shows it; times become ISO-8601. */
export function presentAppointment(
  connection: string,
  { stored, prompts }: AppointmentDossier,
  facts: SummaryFacts,
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
    ...summarizeAppointment(facts),
    crmObjects: appointment.crmObjects,
    reps: appointment.reps.map((rep) => ({ ...rep, ...zoneOf(rep.userId, facts) })),
    prompts: prompts
      .toSorted((left, right) => left.dueAtMs - right.dueAtMs)
      .map((prompt) => presentPrompt(prompt, facts.nowMs)),
  };
}

/** What is known of a rep's zone, also where the appointment does not say it. */
function zoneOf(userId: string, { reps }: SummaryFacts): { readonly timeZone?: string } {
  const timeZone = reps.find((rep) => rep.userId === userId)?.timeZone;
  return timeZone === undefined ? {} : { timeZone };
}

function presentPrompt(prompt: Prompt, nowMs: number) {
  const { firedAtMs, sentAtMs, answeredAtMs } = prompt;
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
    ...(answeredAtMs === undefined ? {} : { answeredAt: isoInstant(answeredAtMs) }),
    ...presentTruth(prompt),
  };
}

/** What Siro told; "not-confirmed" never means that nothing was recorded. */
function presentTruth(prompt: Prompt) {
  const { recording, furtherRecordings, consent } = prompt;
  const confirmation = confirmationOf(prompt);
  return {
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(recording === undefined ? {} : { recording: presentRecording(recording) }),
    ...(furtherRecordings === undefined
      ? {}
      : { furtherRecordings: furtherRecordings.map(presentRecording) }),
    ...(consent === undefined || consent.isUnsure ? {} : { consent: consent.status }),
  };
}

function presentRecording({ seenAtMs, endedAtMs, linkedAtMs, ...recording }: PromptRecording) {
  return {
    ...recording,
    seenAt: isoInstant(seenAtMs),
    ...(endedAtMs === undefined ? {} : { endedAt: isoInstant(endedAtMs) }),
    ...(linkedAtMs === undefined ? {} : { linkedAt: isoInstant(linkedAtMs) }),
  };
}
