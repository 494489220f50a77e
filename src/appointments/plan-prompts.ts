import type { Appointment } from "../domain/appointment.ts";
import type { Schedule } from "../domain/connection.ts";
import type { IssuedPrompt, PromptAction } from "../domain/prompt.ts";
import { type IssuedTrail, readIssuedTrail } from "./issued-trail.ts";

// How a plan is made, in three steps over the rep's appointments in time order:
//  1. each appointment alone: does it still want a start, does its recording still want a stop, and when;
//  2. neighbours: where the next one begins before the previous one's stop could be pressed in peace,
//     stop + start become one restart; where they stay apart, the stop always comes before the start;
//  3. what is left over: a recording that nobody would stop is ended by the next start as a restart.

/** A visit that moved later by more than this after its start was sent is asked to start again. */
const START_AGAIN_AFTER_MS = 30 * 60_000;
/** A recording this long after its visit is a leftover of the app, not a conversation. */
const STUCK_AFTER_MS = 3 * 3_600_000;
/** A start that follows a stop waits this long, so that two devices' networks cannot swap them. */
const START_AFTER_STOP_MS = 1_000;

const DAY_MS = 86_400_000;

/** Everything a plan depends on; the clock is an argument. */
export interface PlanInput {
  readonly userId: string;
  /** The rep's appointments around this time, those taken from the rep included; any order. */
  readonly appointments: readonly Appointment[];
  /** What was already offered to this rep's devices, oldest first. */
  readonly issued: readonly IssuedPrompt[];
  readonly schedule: Schedule;
  readonly nowMs: number;
}

/** One prompt as the plan wants it. */
export interface PlannedPrompt {
  readonly action: PromptAction;
  readonly appointment: Appointment;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
  readonly reason: string;
  readonly endsRecordId?: string;
}

/**
 * Computes the whole set of prompts one rep should still get.
 *
 * Pure and complete: the result depends on the newest appointments and on what was already issued, never on
 * the order in which events arrived. Prompts whose moment is past are due now; a visit that is over gets nothing.
 */
export function planPrompts(input: PlanInput): readonly PlannedPrompt[] {
  const trail = readIssuedTrail(input.issued);
  const visits = input.appointments
    .map((appointment) => visitOf(appointment, trail, input))
    .sort(byBeginning);
  joinNeighbours(visits, input);
  endForgottenRecording(visits, trail, input);
  return visits.flatMap(({ start, stop }) => [start, stop].filter((one) => one !== undefined));
}

/** One appointment while the plan is being made. */
interface Visit {
  readonly appointment: Appointment;
  /** The rep is still expected there. */
  readonly isOn: boolean;
  /** When the rep begins, or began, with it. */
  readonly beginsAtMs: number;
  start: PlannedPrompt | undefined;
  stop: PlannedPrompt | undefined;
}

function visitOf(appointment: Appointment, trail: IssuedTrail, input: PlanInput): Visit {
  const { nowMs, userId } = input;
  const isOn =
    (appointment.status === "scheduled" || appointment.status === "in-progress") &&
    appointment.reps.some((rep) => rep.userId === userId);
  const isRecording = trail.openRecordId === appointment.recordId;
  const start = isOn ? startOf(appointment, trail, input) : undefined;
  const begunAtMs = isRecording ? trail.openSinceMs : nowMs;
  const isEarly = isRecording || (appointment.status === "in-progress" && start !== undefined);
  return {
    appointment,
    isOn,
    beginsAtMs: isEarly ? Math.min(appointment.startAtMs, begunAtMs) : appointment.startAtMs,
    start,
    stop: stopOf(appointment, { isOn, isWanted: isRecording || start !== undefined }, input),
  };
}

function startOf(
  appointment: Appointment,
  trail: IssuedTrail,
  { schedule, nowMs }: PlanInput,
): PlannedPrompt | undefined {
  const { startAtMs, endAtMs, status } = appointment;
  const isBeyondHorizon = startAtMs > nowMs + schedule.horizonDays * DAY_MS;
  if (nowMs >= endAtMs || isBeyondHorizon || hasStarted(appointment, trail)) {
    return undefined;
  }
  const plannedMs = startAtMs - schedule.startLeadSeconds * 1000;
  const isAtOnce = status === "in-progress" || plannedMs <= nowMs;
  return {
    action: "start",
    appointment,
    dueAtMs: isAtOnce ? nowMs : plannedMs,
    expiresAtMs: endAtMs,
    reason: status === "in-progress" ? "the visit is in progress" : "the visit begins",
  };
}

/** The last thing asked for this visit was to record it, and it did not move away since. */
function hasStarted({ recordId, startAtMs }: Appointment, trail: IssuedTrail): boolean {
  const last = trail.lastOf(recordId);
  if (last === undefined || last.action === "stop") {
    return false;
  }
  return startAtMs <= last.startAtMs + START_AGAIN_AFTER_MS;
}

interface StopNeed {
  readonly isOn: boolean;
  readonly isWanted: boolean;
}

function stopOf(
  appointment: Appointment,
  { isOn, isWanted }: StopNeed,
  { schedule, nowMs }: PlanInput,
): PlannedPrompt | undefined {
  if (!isWanted) {
    return undefined;
  }
  const plannedMs = appointment.endAtMs + schedule.stopGraceSeconds * 1000;
  const dueAtMs = isOn ? plannedMs : Math.min(plannedMs, nowMs);
  const expiresAtMs = dueAtMs + schedule.stopExpirySeconds * 1000;
  if (expiresAtMs <= nowMs) {
    return undefined;
  }
  return {
    action: "stop",
    appointment,
    dueAtMs,
    expiresAtMs,
    reason: isOn ? "the visit ends" : stopReason(appointment),
  };
}

function stopReason({ status }: Appointment): string {
  switch (status) {
    case "completed":
      return "the visit was completed";
    case "canceled":
      return "the visit was canceled";
    case "scheduled":
    case "in-progress":
      return "the visit was given to someone else";
  }
}

function joinNeighbours(visits: readonly Visit[], input: PlanInput): void {
  const open = visits.filter(({ isOn, stop, start }) => isOn && (stop ?? start) !== undefined);
  for (const [at, next] of open.entries()) {
    const previous = open[at - 1];
    if (previous !== undefined) {
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
    becomeRestart(previous, next, isAtOnce ? nowMs : plannedMs);
  } else if (endAtMs <= startAtMs) {
    keepApart(previous, next, leadMs);
  }
}

function becomeRestart(previous: Visit, next: Visit, dueAtMs: number): void {
  previous.stop = undefined;
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
  trail: IssuedTrail,
  { nowMs }: PlanInput,
): void {
  const open = visits.find(({ appointment }) => appointment.recordId === trail.openRecordId);
  const first = visits
    .filter((visit) => visit !== open && visit.start !== undefined)
    .sort((a, b) => (a.start?.dueAtMs ?? 0) - (b.start?.dueAtMs ?? 0))[0];
  if (open === undefined || first?.start?.action !== "start") {
    return;
  }
  const isStopGone = open.stop === undefined && nowMs < open.appointment.endAtMs + STUCK_AFTER_MS;
  const isStopNow = open.stop !== undefined && !open.isOn;
  const isTooClose =
    isStopNow && first.start.dueAtMs <= (open.stop?.dueAtMs ?? 0) + START_AFTER_STOP_MS;
  if (isStopGone || isTooClose) {
    becomeRestart(open, first, first.start.dueAtMs);
  }
}

function byBeginning(left: Visit, right: Visit): number {
  return (
    left.beginsAtMs - right.beginsAtMs ||
    left.appointment.endAtMs - right.appointment.endAtMs ||
    (left.appointment.recordId < right.appointment.recordId ? -1 : 1)
  );
}
