import { findLivePrompt, type RepState, type RepVisit } from "../books/rep-state.ts";
import type { Appointment } from "../domain/appointment.ts";
import { type Prompt, promptStateAt } from "../domain/prompt.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { DayPrompt, DayVisit, RepDay, VisitState } from "../domain/rep-day.ts";
import { dayBounds } from "./day-bounds.ts";
import type { FoundPrompt } from "./prompt-change.ts";

/** What a day is made of; `linkOf` is asked for the live prompt alone. */
export interface DayParts {
  readonly state: RepState;
  readonly userId: string;
  readonly timeZone: string;
  /** What is known to have happened, of every visit on the day. */
  readonly receipts: readonly Receipt[];
  readonly linkOf: (live: FoundPrompt) => string | undefined;
}

/**
 * Composes a rep's day: today's visits in the rep's own time zone and those whose prompt is still live, and
 * what comes next. Pure.
 */
export function composeDay(parts: DayParts): RepDay {
  const { state, timeZone } = parts;
  return {
    nowMs: state.nowMs,
    untilMs: dayBounds(state.nowMs, timeZone).untilMs,
    timeZone,
    visits: visitsOfDay(parts).map((visit) => dayVisit(parts, visit)),
    next: nextPrompt(parts),
  };
}

/** The visits that a rep's day shows, by their start. */
export function visitsOfDay({
  state,
  userId,
  timeZone,
}: Pick<DayParts, "state" | "userId" | "timeZone">): readonly RepVisit[] {
  const { fromMs, untilMs } = dayBounds(state.nowMs, timeZone);
  const live = findLivePrompt(state)?.visit;
  return state.visits
    .filter((visit) => {
      const { reps, startAtMs, endAtMs } = visit.stored.appointment;
      const isToday = startAtMs < untilMs && endAtMs > fromMs;
      return visit === live || (isToday && reps.some((rep) => rep.userId === userId));
    })
    .sort((left, right) => startOf(left) - startOf(right));
}

function startOf({ stored }: RepVisit): number {
  return stored.appointment.startAtMs;
}

function dayVisit(parts: DayParts, visit: RepVisit): DayVisit {
  return { ...factsOf(visit.stored.appointment), state: visitState(parts, visit) };
}

function factsOf({ recordType, recordId, title, startAtMs, endAtMs }: Appointment) {
  return { recordType, recordId, title, startAtMs, endAtMs };
}

function visitState(parts: DayParts, visit: RepVisit): VisitState {
  const { status, endAtMs } = visit.stored.appointment;
  if (status === "canceled") {
    return "canceled";
  }
  const isOver = status === "completed" || parts.state.nowMs >= endAtMs;
  const isAsked = findLivePrompt(parts.state)?.visit === visit;
  if ((isOver && !isAsked) || isStopped(parts, visit)) {
    return "done";
  }
  const begin = visit.prompts.findLast(({ action, state }) => action !== "stop" && isKept(state));
  if (begin === undefined) {
    return "planned";
  }
  const isRecording = has(parts, begin, ["returned", "recording"]);
  return isRecording ? "recording" : promptState(begin, parts.state.nowMs);
}

/** The rep followed the stop, or Siro told that the recording ended. */
function isStopped(parts: DayParts, { prompts }: RepVisit): boolean {
  return prompts.some(
    (prompt) =>
      has(parts, prompt, ["stopped"]) ||
      (prompt.action === "stop" && prompt.answeredAtMs !== undefined),
  );
}

function has(
  { receipts }: DayParts,
  { promptId }: Prompt,
  kinds: readonly Receipt["kind"][],
): boolean {
  return receipts.some((one) => one.promptId === promptId && kinds.includes(one.kind));
}

function isKept(state: Prompt["state"]): boolean {
  return state !== "superseded" && state !== "skipped";
}

function promptState(prompt: Prompt, nowMs: number): DayPrompt["state"] {
  if (prompt.answeredAtMs !== undefined) {
    return "opened";
  }
  const state = promptStateAt(prompt, nowMs);
  return state === "due" || state === "sent" ? state : "planned";
}

function nextPrompt({ state, linkOf }: DayParts): DayPrompt | undefined {
  const live = findLivePrompt(state);
  if (live !== undefined) {
    return dayPrompt(live, state.nowMs, linkOf(live));
  }
  const planned = state.visits
    .flatMap((visit) => visit.prompts.map((prompt) => ({ visit, prompt })))
    .filter(({ prompt }) => prompt.state === "waiting" && state.nowMs < prompt.expiresAtMs)
    .sort((left, right) => left.prompt.dueAtMs - right.prompt.dueAtMs)[0];
  return planned === undefined ? undefined : dayPrompt(planned, state.nowMs, undefined);
}

function dayPrompt(
  { prompt, visit }: FoundPrompt,
  nowMs: number,
  link: string | undefined,
): DayPrompt {
  const { promptId, action, dueAtMs, expiresAtMs } = prompt;
  return {
    ...factsOf(visit.stored.appointment),
    promptId,
    action,
    dueAtMs,
    expiresAtMs,
    state: promptState(prompt, nowMs),
    link,
  };
}
