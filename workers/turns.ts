/** Gives a turn back. */
export type EndTurn = () => void;

/** Who may do something now that others wait for, so that what is slow does not hold up what is quick. */
export interface Turns {
  /** Resolves to what ends the turn, in the order of asking; undefined while so much is slow that nothing more is begun. */
  take(): Promise<EndTurn | undefined>;
}

/** How many turns there are. */
export interface TurnRules {
  /** So many at a time. */
  readonly most: number;
  /** A turn that takes longer is slow, and the next one begins beside it. */
  readonly slowMs: number;
  /** Once so many are slow, nobody gets a turn until one of them ends. */
  readonly mostSlow: number;
}

/** Makes turns. */
export function createTurns({ most, slowMs, mostSlow }: TurnRules): Turns {
  const waiting: ((end: EndTurn | undefined) => void)[] = [];
  let quick = 0;
  let slow = 0;
  const begin = (): EndTurn => {
    quick += 1;
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      quick -= 1;
      slow += 1;
      callNext();
    }, slowMs);
    return () => {
      clearTimeout(timer);
      if (isSlow) {
        slow -= 1;
      } else {
        quick -= 1;
      }
      callNext();
    };
  };
  const callNext = () => {
    while (waiting.length > 0 && (slow >= mostSlow || quick < most)) {
      waiting.shift()?.(slow >= mostSlow ? undefined : begin());
    }
  };
  return {
    take: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        callNext();
      }),
  };
}
