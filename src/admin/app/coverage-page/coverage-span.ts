import { boundsOf, dateField } from "../moments.ts";

/** The days and connections that an address asks about. */
export interface CoverageSpan {
  /** As they stand in date fields. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly connection: string;
}

/** Ways to choose the days at once. */
export const SPANS = [
  { word: "Last 7 days", days: 7 },
  { word: "Last 30 days", days: 30 },
] as const;

/** What an address asks about: the last seven days, unless it says otherwise. */
export function spanOf(query: URLSearchParams): CoverageSpan {
  return {
    fromDay: query.get("from") ?? dateField(1 - SPANS[0].days),
    toDay: query.get("to") ?? dateField(),
    connection: query.get("connection") ?? "",
  };
}

/** The call that answers it; undefined while a date field holds no date. */
export function callOf({ fromDay, toDay, connection }: CoverageSpan): string | undefined {
  const [first, last] = [boundsOf(fromDay), boundsOf(toDay)];
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const query = new URLSearchParams({ from: first.from, to: last.to });
  if (connection !== "") {
    query.set("connection", connection);
  }
  return `/coverage?${query}`;
}
