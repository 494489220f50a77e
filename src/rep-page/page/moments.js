const MINUTE_MS = 60_000;

/** The hour and minute of a moment where the rep works. */
export function clockTime(time, timeZone) {
  return format(time, { hour: "numeric", minute: "2-digit", timeZone });
}

/** The day of a moment, as "Tuesday, June 9". */
export function dayName(time, timeZone) {
  return format(time, { weekday: "long", month: "long", day: "numeric", timeZone });
}

/** A moment in words that need no other context: the hour today, else with its day. */
export function moment(time, timeZone, nowMs = Date.now()) {
  const hour = clockTime(time, timeZone);
  if (dayName(time, timeZone) === dayName(nowMs, timeZone)) {
    return hour;
  }
  return `${format(time, { weekday: "short", month: "short", day: "numeric", timeZone })}, ${hour}`;
}

/** From and to, as one phrase. */
export function span(startAt, endAt, timeZone) {
  return `${clockTime(startAt, timeZone)} – ${clockTime(endAt, timeZone)}`;
}

/** How long it is until then, by minutes: nobody plans a visit by seconds. */
export function waitWords(ms) {
  const minutes = Math.ceil(ms / MINUTE_MS);
  if (minutes <= 1) {
    return "in less than a minute";
  }
  if (minutes < 60) {
    return `in ${minutes} min`;
  }
  if (minutes > 36 * 60) {
    return `in ${Math.round(minutes / (24 * 60))} days`;
  }
  const rest = minutes % 60;
  return `in ${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}

/** The time zone of this device. */
export function ownTimeZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The name people use for a time zone, as "Eastern Time"; UTC is said as in the alerts. */
export function zoneName(timeZone) {
  if (timeZone === "UTC") {
    return timeZone;
  }
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longGeneric" });
  return parts.formatToParts(Date.now()).find(({ type }) => type === "timeZoneName")?.value;
}

function format(time, options) {
  return new Intl.DateTimeFormat("en-US", options).format(new Date(time));
}
