import { type PromptState, promptStateSchema } from "../../domain/prompt.ts";
import type { DayFact } from "./day-facts.ts";
import type { TallyWindow } from "./day-tally.ts";

const HOUR_MS = 3_600_000;

/** Counts what the overview shows of one connection; `today` is a part of all that is kept in mind. */
export function countDay(facts: Iterable<DayFact>, today: TallyWindow, nowMs: number) {
  const states = new Map<PromptState, number>(promptStateSchema.options.map((state) => [state, 0]));
  const outlooks = new Map<string, number>();
  const lateMs: number[] = [];
  let late = 0;
  for (const fact of facts) {
    for (const state of fact.states) {
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    if (fact.startAtMs >= today.fromMs && fact.startAtMs < today.untilMs) {
      outlooks.set(fact.outlook, (outlooks.get(fact.outlook) ?? 0) + 1);
    }
    late += fact.late;
    lateMs.push(
      ...fact.fired.filter(({ atMs }) => atMs > nowMs - HOUR_MS).map((one) => one.lateMs),
    );
  }
  const count = (outlook: string) => outlooks.get(outlook) ?? 0;
  return {
    states: Object.fromEntries(states),
    late,
    lateness: latenessOf(lateMs),
    today: {
      planned: count("planned"),
      due: count("due"),
      sent: count("sent"),
      opened: count("opened"),
      done: count("done"),
      notSent: count("not-sent"),
      canceled: count("canceled"),
    },
  };
}

function latenessOf(lateMs: readonly number[]) {
  const sorted = lateMs.toSorted((left, right) => left - right);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const [p50Ms, p99Ms] = [at(0.5), at(0.99)];
  return p50Ms === undefined || p99Ms === undefined ? null : { p50Ms, p99Ms };
}
