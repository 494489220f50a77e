import type { RepState } from "../books/rep-state.ts";
import type { WatchSpan } from "../books/siro-watch-book.ts";
import type { Prompt } from "../domain/prompt.ts";
import { recorderStateOf } from "../domain/recorder-trail.ts";
import type { SiroWatch } from "../domain/siro-watch.ts";

const HOUR_MS = 3_600_000;
/** Nobody follows a prompt later than this; what phones report late is another matter. */
const FOLLOWED_WITHIN_MS = 4 * HOUR_MS;
/** An open recording that nothing was heard of for so long is taken for over. */
const OPEN_AT_MOST_MS = 3 * HOUR_MS;

/** Until when it is worth asking Siro about a prompt whose moment came. */
export function watchOfPrompt(
  { firedAtMs = 0, expiresAtMs }: Prompt,
  { lateHours }: SiroWatch,
): WatchSpan {
  return {
    untilMs: Math.min(expiresAtMs, firedAtMs + FOLLOWED_WITHIN_MS),
    lateUntilMs: firedAtMs + lateHours * HOUR_MS,
  };
}

/**
 * Until when it is worth asking Siro about a rep: while a prompt is outstanding, or a recording is known to run.
 *
 * A stop is no longer outstanding once nothing runs; a start or restart is as long as its visit lasts, because a
 * rep whose recording ended may begin again.
 */
export function watchOfRep(state: RepState, settings: SiroWatch): WatchSpan {
  const { nowMs, recorder } = state;
  const isIdle = recorderStateOf(recorder, nowMs).state === "idle";
  const isRunning = recorderStateOf(recorder, nowMs).state === "recording";
  const fired = state.visits
    .flatMap(({ prompts }) => prompts)
    .filter(({ firedAtMs }) => firedAtMs !== undefined);
  const outstanding = fired
    .filter(({ action }) => action !== "stop" || !isIdle)
    .map((prompt) => watchOfPrompt(prompt, settings).untilMs);
  const late = fired
    .filter(({ action, recording }) => action !== "stop" && recording === undefined)
    .map((prompt) => watchOfPrompt(prompt, settings).lateUntilMs);
  const runsUntilMs = isRunning ? (recorder.at(-1)?.atMs ?? 0) + OPEN_AT_MOST_MS : 0;
  return {
    untilMs: stillAhead(Math.max(runsUntilMs, ...outstanding), nowMs),
    lateUntilMs: stillAhead(Math.max(0, ...late), nowMs),
  };
}

function stillAhead(untilMs: number, nowMs: number): number {
  return untilMs > nowMs ? untilMs : 0;
}
