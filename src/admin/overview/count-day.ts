import type { TallyWindow } from "../../books/day-tally.ts";
import { type PromptState, promptStateSchema } from "../../domain/prompt.ts";
import type { DayFact } from "./day-facts.ts";

const HOUR_MS = 3_600_000;

/** Counts what the overview shows of one connection; `today` is a part of all that is kept in mind. */
export function countDay(facts: Iterable<DayFact>, today: TallyWindow, nowMs: number) {
  const all = [...facts];
  const ofToday = all.filter(
    ({ startAtMs }) => startAtMs >= today.fromMs && startAtMs < today.untilMs,
  );
  const states = tally(all.flatMap((fact) => fact.states));
  const outlooks = tally(ofToday.map(({ outlook }) => outlook));
  const standings = tally(ofToday.flatMap((fact) => fact.standings));
  const overdue = all.flatMap(({ overdueSinceMs }) => overdueSinceMs ?? []);
  const lately = all.flatMap(({ fired }) => fired).filter(({ atMs }) => atMs > nowMs - HOUR_MS);
  return {
    states: Object.fromEntries(
      promptStateSchema.options.map((state): [PromptState, number] => [state, states(state)]),
    ),
    late: all.reduce((sum, { late }) => sum + late, 0),
    overdueSinceMs: overdue.length === 0 ? undefined : least(overdue),
    standings: {
      confirmed: standings("confirmed"),
      notConfirmed: standings("notConfirmed"),
      open: standings("open"),
      notSent: standings("notSent"),
    },
    lateness: latenessOf(lately.map(({ lateMs }) => lateMs)),
    today: {
      planned: outlooks("planned"),
      due: outlooks("due"),
      sent: outlooks("sent"),
      opened: outlooks("opened"),
      done: outlooks("done"),
      notSent: outlooks("not-sent"),
      canceled: outlooks("canceled"),
    },
  };
}

function tally<Name extends string>(names: readonly Name[]): (name: Name) => number {
  const counts = new Map<Name, number>();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (name) => counts.get(name) ?? 0;
}

/** Spread into `Math.min`, a long list would overflow the stack. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => Math.min(left, right));
}

function latenessOf(lateMs: readonly number[]) {
  const sorted = lateMs.toSorted((left, right) => left - right);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const [p50Ms, p99Ms] = [at(0.5), at(0.99)];
  return p50Ms === undefined || p99Ms === undefined ? null : { p50Ms, p99Ms };
}
