/** More clients than this are not remembered; the oldest are forgotten first. */
const MOST_CLIENTS = 20_000;

/** How often one client failed, until when that counts. */
export interface FailureTally {
  failures: number;
  untilMs: number;
}

/** Finds the tally of a client as it stands now, a new one when there is none or its time is over. */
export type FailureTallies = (key: string) => FailureTally;

/** Makes the tallies of this process; a window begins with a client's first failure. */
export function createFailureTallies({
  windowMs,
  nowMs,
}: {
  readonly windowMs: number;
  readonly nowMs: () => number;
}): FailureTallies {
  const tallies = new Map<string, FailureTally>();
  return (key) => {
    const known = tallies.get(key);
    if (known !== undefined && nowMs() < known.untilMs) {
      return known;
    }
    const tally = { failures: 0, untilMs: nowMs() + windowMs };
    // Set anew, so that the map's order is the order of age.
    tallies.delete(key);
    tallies.set(key, tally);
    const oldest = tallies.size > MOST_CLIENTS ? tallies.keys().next().value : undefined;
    if (oldest !== undefined) {
      tallies.delete(oldest);
    }
    return tally;
  };
}
