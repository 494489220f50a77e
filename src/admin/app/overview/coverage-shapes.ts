/** How the visits of one day stand. */
export interface CoverageTotal {
  readonly day: string;
  readonly visits: number;
  readonly startSent: number;
  readonly confirmed: number;
  readonly notConfirmed: number;
  readonly open: number;
  readonly notSent: number;
}

/** For how many visits a recording was confirmed. */
export interface Coverage {
  readonly totals: readonly CoverageTotal[];
}
