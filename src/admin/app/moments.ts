const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The time of day, like 14:00 or 2:00 PM. */
export function clock(iso: string, timeZone?: string): string {
  return format(iso, { hour: "numeric", minute: "2-digit" }, timeZone);
}

/** The time of day to the second. */
export function clockSeconds(iso: string, timeZone?: string): string {
  return format(iso, { hour: "numeric", minute: "2-digit", second: "2-digit" }, timeZone);
}

/** The day in short, like Thu, Nov 26; the year where it is another one. */
export function day(iso: string, timeZone?: string): string {
  return format(iso, { ...DAY, ...yearOf(iso) }, timeZone);
}

/** A date of a calendar, whatever the zone, in short. */
export function dayOfDate(date: string): string {
  return day(`${date}T12:00:00Z`, "UTC");
}

/** From when to when, with the day. */
export function span(startAt: string, endAt: string, timeZone?: string): string {
  const shown = { ...DAY, ...yearOf(startAt), hour: "numeric", minute: "2-digit" } as const;
  return formatter(shown, timeZone).formatRange(new Date(startAt), new Date(endAt));
}

/** Day and time of day. */
export function dayAndClock(iso: string): string {
  return `${day(iso)}, ${clock(iso)}`;
}

/** The short name of a zone at a moment, like MST. */
export function zoneName(iso: string, timeZone: string): string {
  const parts = formatter({ timeZoneName: "short" }, timeZone).formatToParts(new Date(iso));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** The viewer's own zone. */
export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Says whether two zones show the same time of day at a moment. */
export function isSameClock(iso: string, left: string, right: string): boolean {
  const shown = (zone: string) => `${day(iso, zone)} ${clock(iso, zone)}`;
  return shown(left) === shown(right);
}

/** How long, in the largest unit that says enough: 0.4 s, 12 s, 5 min, 3 h, 2 days. */
export function duration(ms: number): string {
  if (ms < SECOND_MS * 10 && ms >= 50 && ms % SECOND_MS !== 0) {
    return `${(ms / SECOND_MS).toFixed(1)} s`;
  }
  if (ms < 2 * MINUTE_MS) {
    return `${Math.round(ms / SECOND_MS)} s`;
  }
  if (ms < 2 * HOUR_MS) {
    return `${Math.round(ms / MINUTE_MS)} min`;
  }
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} days`;
}

/** How long ago, in words. */
export function ago(iso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(iso);
  const whole = Math.round(ms / SECOND_MS) * SECOND_MS;
  return whole < 5 * SECOND_MS ? "just now" : `${duration(whole)} ago`;
}

/** A day of the viewer's calendar as it stands in a date field, so many days from now. */
export function dateField(daysFromNow = 0): string {
  const date = new Date();
  date.setDate(date.getDate() + daysFromNow);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The first and the last millisecond of a day of the viewer's calendar. */
export function boundsOf(date: string): { readonly from: string; readonly to: string } | undefined {
  const start = new Date(`${date}T00:00:00`);
  if (Number.isNaN(start.getTime())) {
    return undefined;
  }
  const next = new Date(start);
  next.setDate(next.getDate() + 1);
  return { from: start.toISOString(), to: new Date(next.getTime() - 1).toISOString() };
}

const DAY = { weekday: "short", month: "short", day: "numeric" } as const;

function yearOf(iso: string): Intl.DateTimeFormatOptions {
  return new Date(iso).getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
}

function format(iso: string, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  return formatter(options, timeZone).format(new Date(iso));
}

function formatter(options: Intl.DateTimeFormatOptions, timeZone?: string): Intl.DateTimeFormat {
  const key = JSON.stringify([options, timeZone]);
  const known = formats.get(key);
  if (known !== undefined) {
    return known;
  }
  const zone = timeZone === undefined ? {} : { timeZone };
  const made = new Intl.DateTimeFormat(undefined, { ...options, ...zone });
  formats.set(key, made);
  return made;
}
