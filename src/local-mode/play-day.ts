import { allVisits, type DemoOffice, type DemoVisit, span } from "./demo-day.ts";

/** The first visit leaves enough time to look at the phone. */
const FIRST_AFTER_MS = 8_000;
/** All that is left of the day is over by then. */
const WHOLE_DAY_MS = 64_000;

/**
 * Speeds up the day: whoever plans the visits moves all that are still to come into the next minute, with their order
 * and proportions kept. Returns how many were moved.
 *
 * The clock is everybody's own and goes on as ever; to the bridge this is a busy dispatcher.
 */
export function playDay(office: DemoOffice, nowMs: number): number {
  const ahead = allVisits(office).filter((visit) => isAhead(visit, nowMs));
  const from = Math.min(...ahead.map(({ startAtMs }) => startAtMs));
  const until = Math.max(...ahead.map(({ endAtMs }) => endAtMs));
  const scale = Math.min(1, (WHOLE_DAY_MS - FIRST_AFTER_MS) / (until - from));
  const moved = (ms: number) => Math.round(nowMs + FIRST_AFTER_MS + (ms - from) * scale);
  for (const { recordId, startAtMs, endAtMs } of ahead) {
    office.store.update(recordId, span(moved(startAtMs), moved(endAtMs)));
  }
  return ahead.length;
}

function isAhead({ status, startAtMs }: DemoVisit, nowMs: number): boolean {
  return status === "scheduled" && startAtMs > nowMs;
}
