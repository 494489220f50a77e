import type { Appointment } from "../../domain/appointment.ts";
import type { Connection } from "../../domain/connection.ts";
import type { PlannedStep, RuledVisit, WhatIfRooms } from "./ruled-visit.ts";

const DAY_MS = 86_400_000;
/** Before the earliest visit, by more than a start can lead it. */
const BEFORE_ALL_MS = 3 * DAY_MS;
/** The horizon is judged by the clock that is, not by the one that the plan is made with. */
const NO_HORIZON_DAYS = 100_000;

/** One prompt, and whose it is. */
export type RepStep = PlannedStep & { readonly userId: string };

/** All that a plan under one set of rules depends on. */
export interface PlanSideInput {
  readonly rules: Connection;
  /** The visits in question, by record id, as these rules make them. */
  readonly visits: ReadonlyMap<string, RuledVisit>;
  /** All that each rep has around them, as it is stored. */
  readonly ofReps: ReadonlyMap<string, readonly Appointment[]>;
  readonly nowMs: number;
}

/**
 * Plans every rep's whole set of visits by one set of rules; the prompts of the visits in question by record id.
 *
 * Pure. As if nothing had been sent yet and every visit had still been ahead: days that are over compare, too.
 */
export function planSide(
  plan: WhatIfRooms["plan"],
  input: PlanSideInput,
): ReadonlyMap<string, readonly RepStep[]> {
  const steps = new Map<string, RepStep[]>();
  for (const userId of input.ofReps.keys()) {
    for (const step of planRep(plan, userId, input)) {
      const { recordId } = step.appointment;
      if (input.visits.has(recordId)) {
        steps.set(recordId, [...(steps.get(recordId) ?? []), { ...step, userId }]);
      }
    }
  }
  return steps;
}

function planRep(
  plan: WhatIfRooms["plan"],
  userId: string,
  { rules: { schedule }, visits, ofReps, nowMs }: PlanSideInput,
): readonly PlannedStep[] {
  const others = (ofReps.get(userId) ?? []).filter(({ recordId }) => !visits.has(recordId));
  const own = [...visits.values()]
    .map(({ appointment }) => appointment)
    .filter(({ reps }) => reps.some((rep) => rep.userId === userId));
  const reachMs = nowMs + schedule.horizonDays * DAY_MS;
  const appointments = [...others, ...own]
    .filter(({ startAtMs }) => startAtMs <= reachMs)
    .map(asAhead);
  const firstMs = Math.min(...appointments.map(({ startAtMs }) => startAtMs));
  return appointments.length === 0
    ? []
    : plan({
        userId,
        appointments,
        schedule: { ...schedule, horizonDays: NO_HORIZON_DAYS },
        nowMs: firstMs - BEFORE_ALL_MS,
      });
}

/** A visit that is over was once ahead; one that was canceled is as if it had never been. */
function asAhead(appointment: Appointment): Appointment {
  const { status } = appointment;
  return status === "completed" || status === "in-progress"
    ? { ...appointment, status: "scheduled" }
    : appointment;
}
