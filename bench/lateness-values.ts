import { acrossRuns, medianOf } from "./statistics.ts";

/** What one run of many due prompts, or jobs, came to. */
export interface LateRun {
  readonly size: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** From the first due time to the last arrival. */
  readonly tookMs: number;
}

/** Lateness and rate of several runs: medians, and the spread of what matters most. */
export function latenessValues(runs: readonly LateRun[]): Readonly<Record<string, number>> {
  return {
    runs: runs.length,
    lateP50Ms: medianOf(runs.map(({ p50 }) => p50)),
    ...acrossRuns(
      "lateP99Ms",
      runs.map(({ p99 }) => p99),
    ),
    lateMaxMs: Math.max(...runs.map(({ max }) => max)),
    ...acrossRuns(
      "perSecond",
      runs.map(({ size, tookMs }) => (size * 1000) / tookMs),
    ),
  };
}
