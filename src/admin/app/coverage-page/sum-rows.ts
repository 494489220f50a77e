import type { CoverageCounts, CoverageRow } from "../overview/coverage-shapes.ts";

/** By what rows are summed up. */
export type CoverageBy = "rep" | "team" | "day";

/** One line of the table. */
export interface CoverageLine extends CoverageCounts {
  readonly key: string;
  readonly title: string;
  readonly note: string;
}

/** Sums up rows; days newest first, reps and teams those first whose visits are covered least. */
export function sumRows(rows: readonly CoverageRow[], by: CoverageBy): readonly CoverageLine[] {
  const lines = new Map<string, CoverageLine>();
  for (const row of rows) {
    const place = placeOf(row, by);
    const known = lines.get(place.key);
    lines.set(place.key, {
      ...place,
      ...(known === undefined ? countsOf(row) : added(known, row)),
    });
  }
  const order = by === "day" ? byDay : byNeed;
  return [...lines.values()].sort(order);
}

function placeOf({ connection, userId, name, email, team, day }: CoverageRow, by: CoverageBy) {
  switch (by) {
    case "rep":
      return { key: `${connection}/${userId}`, title: name || email || userId, note: team };
    case "team":
      return { key: `${connection}/${team}`, title: team || "No team known", note: "" };
    case "day":
      return { key: day, title: day, note: "" };
  }
}

/** The beginning of a sum. */
export const NO_VISITS: CoverageCounts = {
  visits: 0,
  startSent: 0,
  confirmed: 0,
  notConfirmed: 0,
  open: 0,
  notSent: 0,
};

/** Adds the counts of two. */
export function added(left: CoverageCounts, right: CoverageCounts): CoverageCounts {
  return {
    visits: left.visits + right.visits,
    startSent: left.startSent + right.startSent,
    confirmed: left.confirmed + right.confirmed,
    notConfirmed: left.notConfirmed + right.notConfirmed,
    open: left.open + right.open,
    notSent: left.notSent + right.notSent,
  };
}

function countsOf({ visits, startSent, confirmed, notConfirmed, open, notSent }: CoverageRow) {
  return { visits, startSent, confirmed, notConfirmed, open, notSent };
}

function byDay(left: CoverageLine, right: CoverageLine): number {
  return right.key.localeCompare(left.key);
}

function byNeed(left: CoverageLine, right: CoverageLine): number {
  const share = (part: number, { visits }: CoverageCounts) => part / Math.max(1, visits);
  return (
    share(left.startSent, left) - share(right.startSent, right) ||
    share(left.confirmed, left) - share(right.confirmed, right) ||
    left.title.localeCompare(right.title)
  );
}
