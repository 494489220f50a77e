/** One day: from its first moment until the next day's, epoch milliseconds. */
export interface DayBounds {
  readonly fromMs: number;
  readonly untilMs: number;
}

const DAY_MS = 86_400_000;
/** Zones lie at most 14 hours from UTC: so far before and after it, midnight is surely to come, or past. */
const STEP_MS = 20 * 3_600_000;

/**
 * The day that a moment lies in, in an IANA time zone; 23 or 25 hours where the clocks change.
 *
 * Pure. Where midnight does not exist the day begins with its first moment that does.
 */
export function dayBounds(atMs: number, timeZone: string): DayBounds {
  const today = localDate(atMs, timeZone);
  return {
    fromMs: firstMoment(today, timeZone),
    untilMs: firstMoment(nextDate(today), timeZone),
  };
}

/** A calendar date as the moment at which it begins in UTC. */
type LocalDate = number;

function nextDate(date: LocalDate): LocalDate {
  return date + DAY_MS;
}

/** The offsets before and after midnight differ where the clocks change; the earlier moment that fits is the first. */
function firstMoment(date: LocalDate, timeZone: string): number {
  const candidates = [date - STEP_MS, date + STEP_MS]
    .map((nearMs) => date - offsetAt(nearMs, timeZone))
    .sort((left, right) => left - right);
  const found = candidates.find((ms) => localDate(ms, timeZone) === date);
  return found ?? date - offsetAt(date, timeZone);
}

function localDate(atMs: number, timeZone: string): LocalDate {
  const local = atMs + offsetAt(atMs, timeZone);
  return Math.floor(local / DAY_MS) * DAY_MS;
}

/** How far a zone is ahead of UTC at a moment. */
function offsetAt(atMs: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const localMs = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return localMs - Math.floor(atMs / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes a thousand times longer than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}
