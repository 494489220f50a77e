/** A span of time: from inclusive, until exclusive, both epoch milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Unit {
  /** The start of the unit that is `offset` units away from the one `at` lies in. */
  readonly startOf: (at: Date, offset: number) => number;
}

const DAY: Unit = {
  startOf: (at, offset) =>
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + offset),
};
const WEEK: Unit = {
  startOf: (at, offset) => DAY.startOf(at, offset * 7 - at.getUTCDay()),
};
const MONTH: Unit = {
  startOf: (at, offset) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + offset, 1),
};
const QUARTER: Unit = {
  startOf: (at, offset) => {
    const firstMonth = at.getUTCMonth() - (at.getUTCMonth() % 3);
    return Date.UTC(at.getUTCFullYear(), firstMonth + offset * 3, 1);
  },
};
const YEAR: Unit = { startOf: (at, offset) => Date.UTC(at.getUTCFullYear() + offset, 0, 1) };

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["DAY", DAY],
  ["WEEK", WEEK],
  ["MONTH", MONTH],
  ["QUARTER", QUARTER],
  ["YEAR", YEAR],
]);
const DAYS_AWAY: ReadonlyMap<string, number> = new Map([
  ["YESTERDAY", -1],
  ["TODAY", 0],
  ["TOMORROW", 1],
]);

/**
 * Gives the span a date literal such as `TODAY`, `NEXT_WEEK` or `LAST_N_DAYS:3` means, in UTC days.
 *
 * @returns undefined for a literal the stub does not know (the fiscal ones).
 */
export function spanOfDateLiteral(literal: string, nowMs: number): TimeSpan | undefined {
  const at = new Date(nowMs);
  const [word = "", count] = literal.toUpperCase().split(":");
  const days = DAYS_AWAY.get(word);
  if (days !== undefined) {
    return spanOf(DAY, at, [days, days + 1]);
  }
  return count === undefined ? neighbourSpan(word, at) : countedSpan(word, Number(count), at);
}

function neighbourSpan(word: string, at: Date): TimeSpan | undefined {
  const ninety = /^(LAST|NEXT)_90_DAYS$/.exec(word)?.[1];
  if (ninety !== undefined) {
    return spanOf(DAY, at, ninety === "LAST" ? [-89, 1] : [1, 91]);
  }
  const [, which, unitName = ""] = /^(LAST|THIS|NEXT)_([A-Z]+)$/.exec(word) ?? [];
  const unit = UNITS.get(unitName);
  const offset = { LAST: -1, THIS: 0, NEXT: 1 }[which ?? ""];
  return unit === undefined || offset === undefined
    ? undefined
    : spanOf(unit, at, [offset, offset + 1]);
}

function countedSpan(word: string, count: number, at: Date): TimeSpan | undefined {
  const [, which, lastUnit, agoUnit] =
    /^(?:(LAST|NEXT)_N_([A-Z]+)S|N_([A-Z]+)S_AGO)$/.exec(word) ?? [];
  const unit = UNITS.get(lastUnit ?? agoUnit ?? "");
  if (unit === undefined) {
    return undefined;
  }
  if (agoUnit !== undefined) {
    return spanOf(unit, at, [-count, -count + 1]);
  }
  if (which === "NEXT") {
    return spanOf(unit, at, [1, count + 1]);
  }
  // The last n days include today; the last n weeks, months and years do not include the current one.
  return spanOf(unit, at, unit === DAY ? [-count, 1] : [-count, 0]);
}

function spanOf(unit: Unit, at: Date, [from, until]: readonly [number, number]): TimeSpan {
  return { fromMs: unit.startOf(at, from), untilMs: unit.startOf(at, until) };
}
