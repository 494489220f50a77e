/** How many visits stand how. */
export interface CoverageCounts {
  readonly visits: number;
  readonly startSent: number;
  readonly confirmed: number;
  readonly notConfirmed: number;
  readonly open: number;
  readonly notSent: number;
}

/** How the visits of one day stand. */
export interface CoverageTotal extends CoverageCounts {
  readonly day: string;
}

/** How the visits of one rep stand on one day. */
export interface CoverageRow extends CoverageTotal {
  readonly connection: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  /** Empty where it is not known. */
  readonly team: string;
}

/** For how many visits a recording was confirmed. */
export interface Coverage {
  readonly totals: readonly CoverageTotal[];
  readonly rows: readonly CoverageRow[];
}
