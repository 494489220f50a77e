import type { RepState, RepVisit } from "../books/rep-state.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Prompt } from "../domain/prompt.ts";
import { recorderStateOf } from "../domain/recorder-trail.ts";
import { recordingNamed } from "../domain/recordings-of.ts";

/** Reps begin by hand a little before the visit, and visits run over. */
const ROUND_A_VISIT_MS = 10 * 60_000;

/** A recording that runs by Siro's own word. */
export interface RunningRecording {
  readonly recordingId: string | undefined;
  readonly sinceMs: number;
  /** The visit that it belongs to; undefined when that cannot be told. */
  readonly recordId: string | undefined;
  /** A prompt is known to have begun it. */
  readonly isPrompted: boolean;
}

/**
 * Finds the recording that runs on a rep's phone; undefined when none is known to. Pure.
 *
 * It belongs to the visit whose prompt began it, else to the only visit round whose time it began. That a recorder
 * is merely on says nothing about whose talk it records.
 */
export function runningRecording(state: RepState, userId: string): RunningRecording | undefined {
  const recorder = recorderStateOf(state.recorder, state.nowMs);
  if (recorder.state !== "recording" || recorder.sinceMs === undefined) {
    return undefined;
  }
  const { recordingId, sinceMs, isByLink = false } = recorder;
  const prompt = prompted(state.visits, { recordingId, sinceMs });
  // A link that is no prompt's of this rep was for another visit, and so is what it began.
  const around = isByLink ? undefined : visitAround(state.visits, { userId, atMs: sinceMs });
  const recordId = prompt?.recordId ?? around;
  return { recordingId, sinceMs, recordId, isPrompted: prompt !== undefined };
}

/** The prompt of a visit that asked last for a recording, or was found to need none. */
export function lastBegin({ prompts }: RepVisit): Prompt | undefined {
  return prompts
    .filter(
      ({ action, firedAtMs, recording }) =>
        action !== "stop" && (firedAtMs !== undefined || recording !== undefined),
    )
    .toSorted((left, right) => momentMs(left) - momentMs(right))
    .at(-1);
}

function momentMs({ firedAtMs, dueAtMs }: Prompt): number {
  return firedAtMs ?? dueAtMs;
}

interface Begun {
  readonly recordingId: string | undefined;
  readonly sinceMs: number;
}

function prompted(
  visits: readonly RepVisit[],
  { recordingId, sinceMs }: Begun,
): Prompt | undefined {
  const recorded = visits
    .flatMap(({ prompts }) => prompts)
    .filter(({ recording }) => recording !== undefined);
  const named = recorded.find((prompt) => recordingNamed(prompt, recordingId) !== undefined);
  // Where Siro names no recordings, the one that began last and is not known to have ended is it.
  const nameless = recorded
    .filter(
      ({ recording }) =>
        recording?.recordingId === undefined &&
        recording?.endedAtMs === undefined &&
        (recording?.seenAtMs ?? 0) >= sinceMs,
    )
    .toSorted((left, right) => (left.recording?.seenAtMs ?? 0) - (right.recording?.seenAtMs ?? 0));
  return named ?? (recordingId === undefined ? nameless.at(-1) : undefined);
}

/** The only visit of this rep round whose time a moment lies; none after its end. */
export function visitAround(
  visits: readonly RepVisit[],
  { userId, atMs }: { readonly userId: string; readonly atMs: number },
): string | undefined {
  const around = visits
    .map(({ stored }) => stored.appointment)
    .filter((one) => isExpected(one, userId) && isRound(one, atMs));
  const [only, ...others] = around;
  const isOver = only !== undefined && atMs > only.endAtMs;
  return only === undefined || others.length > 0 || isOver ? undefined : only.recordId;
}

function isExpected({ status, reps }: Appointment, userId: string): boolean {
  return status !== "canceled" && reps.some((rep) => rep.userId === userId);
}

/** Says whether a recording began no earlier than round the time that a prompt is for, as its visit stands now. */
export function isBegunFor(
  { sinceMs }: RunningRecording,
  { dueAtMs }: Prompt,
  { startAtMs }: Appointment,
): boolean {
  return sinceMs >= Math.min(dueAtMs, startAtMs) - ROUND_A_VISIT_MS;
}

function isRound({ startAtMs, endAtMs }: Appointment, atMs: number): boolean {
  return startAtMs - ROUND_A_VISIT_MS <= atMs && atMs <= endAtMs + ROUND_A_VISIT_MS;
}
