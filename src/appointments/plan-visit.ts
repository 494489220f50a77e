import type { IssuedTrail } from "../books/issued-trail.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Schedule } from "../domain/connection.ts";
import type { IssuedPrompt, PromptAction } from "../domain/prompt.ts";

/** A visit that moved later by more than this after its start was sent is asked to start again. */
const START_AGAIN_AFTER_MS = 30 * 60_000;

/** A start that follows a stop waits this long, so that two devices' networks cannot swap them. */
export const START_AFTER_STOP_MS = 1_000;

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

/** One appointment while the plan is being made. */
export interface Visit {
  readonly appointment: Appointment;
  /** The rep is still expected there. */
  readonly isOn: boolean;
  /** When the rep begins, or began, with it. */
  readonly beginsAtMs: number;
  /** Since when the recording runs that waits for its stop, epoch milliseconds. */
  readonly openSinceMs: number | undefined;
  /** Its place in the rep's day: a recording that runs comes before a visit that is only late. */
  readonly turnAtMs: number;
  start: PlannedPrompt | undefined;
  stop: PlannedPrompt | undefined;
}

/** Plans one appointment alone: does it still want a start, does its recording still want a stop, and when. */
export function planVisit(appointment: Appointment, trail: IssuedTrail, input: PlanInput): Visit {
  const { nowMs, userId } = input;
  const { startAtMs, status } = appointment;
  const isOn =
    (status === "scheduled" || status === "in-progress") &&
    appointment.reps.some((rep) => rep.userId === userId);
  const start = isOn ? startOf(appointment, trail, input) : undefined;
  const openSinceMs = trail.openSinceMs(appointment.recordId);
  const isBegunEarly = status === "in-progress" && start !== undefined;
  const begunAtMs = start === undefined ? openSinceMs : undefined;
  const beginsAtMs = Math.min(startAtMs, begunAtMs ?? (isBegunEarly ? nowMs : startAtMs));
  return {
    appointment,
    isOn,
    beginsAtMs,
    openSinceMs,
    turnAtMs: start === undefined ? beginsAtMs : Math.max(beginsAtMs, nowMs),
    start,
    stop:
      start === undefined && openSinceMs === undefined
        ? undefined
        : stopOf(appointment, { isOn, openSinceMs }, input),
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
    dueAtMs: Math.max(isAtOnce ? nowMs : plannedMs, trail.stoppedAtMs + START_AFTER_STOP_MS),
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
  readonly openSinceMs: number | undefined;
}

function stopOf(
  appointment: Appointment,
  { isOn, openSinceMs = 0 }: StopNeed,
  { schedule, nowMs }: PlanInput,
): PlannedPrompt | undefined {
  // An end that was moved to before the recording began cannot be when it stops.
  const plannedMs = Math.max(appointment.endAtMs + schedule.stopGraceSeconds * 1000, openSinceMs);
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
