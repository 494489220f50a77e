import { type IssuedTrail, isLeftover, readIssuedTrail } from "../books/issued-trail.ts";
import {
  type PlanInput,
  type PlannedPrompt,
  planVisit,
  START_AFTER_STOP_MS,
  type Visit,
} from "./plan-visit.ts";

// How a plan is made, in three steps over the rep's appointments in time order:
//  1. each appointment alone (plan-visit.ts);
//  2. neighbours: where the next one begins before the previous one's stop could be pressed in peace,
//     stop + start become one restart; where they stay apart, the stop always comes before the start;
//  3. what is left over: a recording that nobody would stop in time is ended by the next start as a restart.

/** Two visits that both begin at once are asked for in their order. */
const IN_ORDER_MS = 400;

/**
 * Computes the whole set of prompts one rep should still get.
 *
 * Pure and complete: the result depends on the newest appointments and on what was already issued, never on
 * the order in which events arrived. Prompts whose moment is past are due now; a visit that is over gets nothing.
 */
export function planPrompts(input: PlanInput): readonly PlannedPrompt[] {
  const trail = readIssuedTrail(input.issued, input.schedule.restartGapSeconds !== null);
  const visits = input.appointments
    .map((appointment) => planVisit(appointment, trail, input))
    .sort(byTurn);
  joinNeighbours(visits, input);
  endForgottenRecording(visits, trail, input);
  return visits.flatMap(({ start, stop }) => [start, stop].filter((one) => one !== undefined));
}

function joinNeighbours(visits: readonly Visit[], input: PlanInput): void {
  const open = visits.filter(({ isOn, stop, start }) => isOn && (stop ?? start) !== undefined);
  const isJoining = input.schedule.restartGapSeconds !== null;
  for (const [at, next] of open.entries()) {
    // Visits that are never joined may overlap, so not only the one right before ends before the next begins.
    for (const previous of open.slice(isJoining ? Math.max(0, at - 1) : 0, at)) {
      joinPair(previous, next, input);
    }
  }
}

function joinPair(previous: Visit, next: Visit, { schedule, nowMs }: PlanInput): void {
  if (next.start === undefined || previous.stop === undefined) {
    return;
  }
  const { endAtMs } = previous.appointment;
  const { startAtMs } = next.appointment;
  const gapMs = schedule.restartGapSeconds === null ? undefined : schedule.restartGapSeconds * 1000;
  const leadMs = schedule.startLeadSeconds * 1000;
  if (gapMs !== undefined && next.beginsAtMs <= endAtMs + gapMs) {
    const plannedMs = Math.max(Math.min(endAtMs, startAtMs), startAtMs - leadMs);
    const isAtOnce = next.appointment.status === "in-progress" || plannedMs <= nowMs;
    const previousMs = previous.start?.dueAtMs ?? previous.openSinceMs ?? 0;
    previous.stop = undefined;
    becomeRestart(previous, next, Math.max(isAtOnce ? nowMs : plannedMs, previousMs + IN_ORDER_MS));
  } else if (endAtMs <= next.beginsAtMs) {
    keepApart(previous, next, leadMs);
  }
}

function becomeRestart(previous: Visit, next: Visit, dueAtMs: number): void {
  next.start = {
    action: "restart",
    appointment: next.appointment,
    dueAtMs,
    expiresAtMs: next.appointment.endAtMs,
    reason: "the next visit begins as the previous one ends",
    endsRecordId: previous.appointment.recordId,
  };
}

/** A stop after the next start would end the wrong recording: its grace gives way, then the start waits. */
function keepApart(previous: Visit, next: Visit, leadMs: number): void {
  if (previous.stop === undefined || next.start === undefined) {
    return;
  }
  const latestStopMs = Math.max(previous.appointment.endAtMs, next.appointment.startAtMs - leadMs);
  const stopAtMs = Math.min(previous.stop.dueAtMs, latestStopMs);
  const earlierMs = previous.stop.dueAtMs - stopAtMs;
  previous.stop = {
    ...previous.stop,
    dueAtMs: stopAtMs,
    expiresAtMs: previous.stop.expiresAtMs - earlierMs,
  };
  if (next.start.dueAtMs <= stopAtMs) {
    next.start = { ...next.start, dueAtMs: stopAtMs + START_AFTER_STOP_MS };
  }
}

/**
 * A start while an earlier recording still runs would file this talk under the earlier customer.
 * So the first start that comes before that recording's stop, or without any, becomes the restart.
 */
function endForgottenRecording(
  visits: readonly Visit[],
  { openRecordId }: IssuedTrail,
  { nowMs }: PlanInput,
): void {
  const open = visits.find(({ appointment }) => appointment.recordId === openRecordId);
  // A visit's own recording does not stand in the way of its start.
  const first = visits.toSorted(
    (a, b) => beginMs(a) - beginMs(b) || Number(b === open) - Number(a === open),
  )[0];
  if (open === undefined || first === open || first?.start?.action !== "start") {
    return;
  }
  const { dueAtMs } = first.start;
  if (open.stop === undefined || open.start !== undefined) {
    // No stop is left for what runs; one that stands belongs to the time the visit was moved to.
    if (!isLeftover(open.appointment, dueAtMs) && !isStoppedBefore(visits, dueAtMs)) {
      dropStopsOfRunning(visits);
      becomeRestart(open, first, dueAtMs);
    }
  } else if (open.stop.dueAtMs <= nowMs && dueAtMs <= nowMs + START_AFTER_STOP_MS) {
    dropStopsOfRunning(visits);
    becomeRestart(open, first, dueAtMs);
  }
}

/** A restart ends whatever runs: where visits are never joined, several may wait for a stop that would end the new talk. */
function dropStopsOfRunning(visits: readonly Visit[]): void {
  for (const visit of visits) {
    if (visit.openSinceMs !== undefined && visit.start === undefined) {
      visit.stop = undefined;
    }
  }
}

function beginMs({ start }: Visit): number {
  return start?.dueAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** A stop ends whatever runs: where visits are never joined, another one's may come first. */
function isStoppedBefore(visits: readonly Visit[], atMs: number): boolean {
  return visits.some(
    ({ openSinceMs, start, stop }) =>
      openSinceMs !== undefined && start === undefined && (stop?.dueAtMs ?? atMs) < atMs,
  );
}

function byTurn(left: Visit, right: Visit): number {
  return (
    left.turnAtMs - right.turnAtMs ||
    Number(left.start !== undefined) - Number(right.start !== undefined) ||
    left.appointment.startAtMs - right.appointment.startAtMs ||
    left.appointment.endAtMs - right.appointment.endAtMs ||
    (left.appointment.recordId < right.appointment.recordId ? -1 : 1)
  );
}
