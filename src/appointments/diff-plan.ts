import type { RepState, RepVisit } from "../books/rep-state.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { PlannedPrompt } from "./plan-visit.ts";

/** "At once" is a little later at every look, and prompts that are all due at once follow each other closely. */
const AT_ONCE_MS = 1_000;
/** Ended prompts kept per rep and appointment; the timeline keeps the story. */
const KEPT_ENDED_PROMPTS = 20;

/** What changes when a plan takes the place of the one before. */
export interface PlanChange {
  readonly added: readonly Prompt[];
  readonly superseded: readonly Prompt[];
  /** Added starts and restarts of visits that moved away after theirs had been offered. */
  readonly movedAway: readonly Prompt[];
  /** The prompt that was live must not be delivered any more. */
  readonly isLiveWithdrawn: boolean;
}

/**
 * Compares the plan that stands with the plan that should stand.
 *
 * A prompt that both have keeps its id, its generation and its waiting job; nothing is touched for it. What begins
 * one after the other stays in the order of the new plan.
 * `makePrompt` draws id, token and generation for a new one.
 */
export function diffPlan(
  state: RepState,
  planned: readonly PlannedPrompt[],
  makePrompt: (planned: PlannedPrompt) => Prompt,
): PlanChange {
  const standing = standingPrompts(state);
  const kept = new Set<Prompt>();
  let lastBeginMs = 0;
  const wanted = planned.toSorted(byDueTime).filter((one) => {
    const same = standing.find(
      (prompt) =>
        isKeepable(prompt, state) &&
        !kept.has(prompt) &&
        isSame(prompt, one, state.nowMs) &&
        (one.action !== "restart" || prompt.dueAtMs > lastBeginMs),
    );
    if (one.action !== "stop") {
      lastBeginMs = same?.dueAtMs ?? one.dueAtMs;
    }
    if (same !== undefined) {
      kept.add(same);
    }
    return same === undefined;
  });
  const superseded = standing.filter((prompt) => !kept.has(prompt));
  const added = wanted.map(makePrompt);
  return {
    added,
    superseded,
    movedAway: added.filter((prompt) => isAskedAgain(prompt, state)),
    isLiveWithdrawn: isLiveWithdrawn(state, planned, superseded),
  };
}

/** The last thing that was offered for the visit was to begin, and that did not end since. */
function isAskedAgain({ action, recordId }: Prompt, { issued }: RepState): boolean {
  const last = issued.findLast((one) => one.recordId === recordId);
  return action !== "stop" && last !== undefined && last.action !== "stop";
}

/** One visit's prompts after the change; undefined when they stay as they are. */
export function promptsAfter(visit: RepVisit, change: PlanChange): readonly Prompt[] | undefined {
  const { recordId } = visit.stored.appointment;
  const added = change.added.filter((prompt) => prompt.recordId === recordId);
  const isTouched = visit.prompts.some((prompt) => change.superseded.includes(prompt));
  if (added.length === 0 && !isTouched) {
    return undefined;
  }
  const prompts = visit.prompts.map((prompt) =>
    change.superseded.includes(prompt) ? { ...prompt, state: "superseded" as const } : prompt,
  );
  return [...withoutOldEnded(prompts), ...added];
}

/** Prompts that a new plan may keep or supersede: those that were not offered to any device yet. */
function standingPrompts({ visits, issued }: RepState): readonly Prompt[] {
  const issuedIds = new Set(issued.map(({ promptId }) => promptId));
  return visits
    .flatMap(({ prompts }) => prompts)
    .filter(
      ({ state, promptId }) => state === "waiting" || (state === "due" && !issuedIds.has(promptId)),
    );
}

/** A prompt whose moment came but which is not the live one would never be delivered any more. */
function isKeepable({ state, promptId }: Prompt, { livePromptId }: RepState): boolean {
  return state === "waiting" || promptId === livePromptId;
}

function isSame(prompt: Prompt, planned: PlannedPrompt, nowMs: number): boolean {
  const isForTheSame =
    prompt.action === planned.action && prompt.recordId === planned.appointment.recordId;
  // Of prompts that are due at once the first look counts.
  const isBothNow = prompt.dueAtMs <= planned.dueAtMs && planned.dueAtMs <= nowMs + AT_ONCE_MS;
  const isSameTime = prompt.dueAtMs === planned.dueAtMs || isBothNow;
  const isSameExpiry = prompt.action === "stop" || prompt.expiresAtMs === planned.expiresAtMs;
  return isForTheSame && isSameTime && isSameExpiry;
}

function byDueTime(left: PlannedPrompt, right: PlannedPrompt): number {
  return left.dueAtMs - right.dueAtMs;
}

function isLiveWithdrawn(
  { livePromptId, visits, issued }: RepState,
  planned: readonly PlannedPrompt[],
  superseded: readonly Prompt[],
): boolean {
  const isLive = ({ promptId }: { readonly promptId: string }) => promptId === livePromptId;
  const live = visits.flatMap(({ prompts }) => prompts).find(isLive);
  if (live === undefined || !issued.some(isLive)) {
    return superseded.some(isLive);
  }
  // A link for a visit that wants a stop at once, or a new start, must not reach one more device.
  return planned.some(
    ({ action, appointment, dueAtMs }) =>
      live.action !== "stop" &&
      appointment.recordId === live.recordId &&
      (action !== "stop" || dueAtMs < Math.min(appointment.endAtMs, live.expiresAtMs)),
  );
}

function withoutOldEnded(prompts: readonly Prompt[]): readonly Prompt[] {
  const ended = prompts.filter(({ state }) => state === "superseded");
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - KEPT_ENDED_PROMPTS)));
  return prompts.filter((prompt) => !dropped.has(prompt));
}
