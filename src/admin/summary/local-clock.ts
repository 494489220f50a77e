/** Writes moments as a rep's clock shows them. */
export interface LocalClock {
  readonly timeZone: string;
  /** To the minute, for what is planned: `08:58`; with the date on another day than the visit's. */
  readonly minute: (ms: number) => string;
  /** To the second, for what happened: `08:58:21`; with the date on another day than the visit's. */
  readonly second: (ms: number) => string;
}

/** Makes the clock of a zone; moments on the local day of `dayMs` go without their date. */
export function localClock(timeZone: string, dayMs: number): LocalClock {
  const { date, minute, second } = formatsOf(timeZone);
  const day = date.format(dayMs);
  const written = (time: Intl.DateTimeFormat) => (ms: number) => {
    const onDay = date.format(ms);
    return onDay === day ? time.format(ms) : `${time.format(ms)} on ${onDay}`;
  };
  return { timeZone, minute: written(minute), second: written(second) };
}

interface Formats {
  readonly date: Intl.DateTimeFormat;
  readonly minute: Intl.DateTimeFormat;
  readonly second: Intl.DateTimeFormat;
}

const formats = new Map<string, Formats>();

/** Making a format takes a thousand times longer than using it. */
function formatsOf(timeZone: string): Formats {
  const known = formats.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const clock = { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" } as const;
  const made: Formats = {
    date: new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" }),
    minute: new Intl.DateTimeFormat("en-GB", clock),
    second: new Intl.DateTimeFormat("en-GB", { ...clock, second: "2-digit" }),
  };
  formats.set(timeZone, made);
  return made;
}
