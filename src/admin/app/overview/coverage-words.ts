import type { CoverageCounts } from "./coverage-shapes.ts";

/** A share in whole percent, never rounded up. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.floor((part / whole) * 100)} %`;
}

/** For how many visits a recording was confirmed; where Siro told of none, nothing can be said. */
export function recordedShare({ confirmed, notConfirmed, visits }: CoverageCounts): string {
  return confirmed + notConfirmed === 0 ? "–" : percent(confirmed, visits);
}
