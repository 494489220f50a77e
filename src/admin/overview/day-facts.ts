import type { AppointmentDossier } from "../../books/appointment-book.ts";
import { type Prompt, type PromptState, promptStateAt } from "../../domain/prompt.ts";
import { promptSigns } from "../../prompt-signs.ts";
import { type Standing, visitStandings } from "../coverage.ts";
import { outlookOf } from "../summarize-appointment.ts";
import type { Outlook } from "../summary/rep-view.ts";

/** A prompt that nobody got this long after its moment is late. */
const LATE_AFTER_MS = 30_000;

/** What the counts of a day need to know of one appointment. */
export interface DayFact {
  readonly startAtMs: number;
  readonly outlook: Outlook;
  /** From then on it counts otherwise by time alone. */
  readonly untilMs: number;
  readonly states: readonly PromptState[];
  readonly late: number;
  /** Prompts whose moment came: when, and how much after they were due. */
  readonly fired: readonly { readonly atMs: number; readonly lateMs: number }[];
  /** The due moment of the oldest prompt that should have reached a device by now. */
  readonly overdueSinceMs: number | undefined;
  /** How the visit stands for each of its reps, as far as it counts. */
  readonly standings: readonly Standing[];
}

/** Reads out of a dossier what counts at a moment. */
export function dayFact(dossier: AppointmentDossier, nowMs: number): DayFact {
  const { startAtMs, endAtMs } = dossier.stored.appointment;
  const { prompts } = dossier;
  const moments = [startAtMs, endAtMs, ...prompts.flatMap(momentsOf)];
  return {
    startAtMs,
    outlook: outlookOf(dossier, nowMs),
    untilMs: Math.min(...moments.filter((ms) => ms > nowMs)),
    states: prompts.map((prompt) => promptStateAt(prompt, nowMs)),
    late: prompts.filter((prompt) => isLate(prompt, nowMs)).length,
    fired: prompts.flatMap(({ firedAtMs, dueAtMs }) =>
      firedAtMs === undefined
        ? []
        : [{ atMs: firedAtMs, lateMs: Math.max(0, firedAtMs - dueAtMs) }],
    ),
    overdueSinceMs: promptSigns(dossier, nowMs).overdueSinceMs,
    standings: visitStandings(dossier, nowMs),
  };
}

function momentsOf({ dueAtMs, expiresAtMs }: Prompt): readonly number[] {
  return [dueAtMs, dueAtMs + LATE_AFTER_MS + 1, expiresAtMs];
}

function isLate({ state, dueAtMs, expiresAtMs }: Prompt, nowMs: number): boolean {
  const isOpen = state === "waiting" || state === "due";
  return isOpen && nowMs < expiresAtMs && nowMs - dueAtMs > LATE_AFTER_MS;
}
