import { isoInstant } from "../domain/instant.ts";
import type { DayPrompt, DayVisit, RepDay } from "../domain/rep-day.ts";

/** A rep's day as the page gets it: times as ISO-8601 in UTC, nothing left out but null. */
export function presentDay({ nowMs, timeZone, visits, next }: RepDay) {
  return {
    now: isoInstant(nowMs),
    timeZone,
    appointments: visits.map(presentVisit),
    next: next === undefined ? null : presentPrompt(next),
  };
}

function presentVisit({ recordType, recordId, title, startAtMs, endAtMs, state }: DayVisit) {
  return {
    recordType,
    recordId,
    title,
    startAt: isoInstant(startAtMs),
    endAt: isoInstant(endAtMs),
    state,
  };
}

function presentPrompt({ promptId, action, dueAtMs, expiresAtMs, link, ...visit }: DayPrompt) {
  return {
    ...presentVisit(visit),
    promptId,
    action,
    dueAt: isoInstant(dueAtMs),
    expiresAt: isoInstant(expiresAtMs),
    link: link ?? null,
  };
}
