/** Where the values of one run lie. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Finds median, 95th and 99th percentile and maximum; zeros when there is nothing. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

/** The middle one of several runs. */
export function medianOf(values: readonly number[]): number {
  return spreadOf(values).p50;
}

/**
 * The median of several runs under a name, and least and most beside it: `p99Ms`, `p99MsMin`, `p99MsMax`.
 *
 * One run alone has no spread.
 */
export function acrossRuns(
  name: string,
  values: readonly number[],
): Readonly<Record<string, number>> {
  const median = { [name]: medianOf(values) };
  return values.length < 2
    ? median
    : { ...median, [`${name}Min`]: Math.min(...values), [`${name}Max`]: Math.max(...values) };
}
