import type { Visit } from "./booked-visits.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many visits a rep has in a day. */
export const VISITS_PER_REP = 5;

/** Visits of the day after tomorrow: five for each rep, two hours apart, so that none merges with the next. */
export function daysVisits(from: number, count: number): readonly Visit[] {
  const dayMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS + DAY_MS;
  return Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const startAtMs = dayMs + (number % VISITS_PER_REP) * 2 * HOUR_MS;
    const rep = Math.floor(number / VISITS_PER_REP);
    return { number, rep, startAtMs, endAtMs: startAtMs + HOUR_MS };
  });
}
