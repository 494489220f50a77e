/** Gives a turn back. */
export type EndTurn = () => void;

/** Who may do something now that others wait for, so that what is slow or many does not hold up the rest. */
export interface Turns {
  /** Resolves to what ends the turn, by turns among owners; undefined while so much is slow that nothing more is begun. */
  take(owner: string): Promise<EndTurn | undefined>;
}

/** How many turns there are. */
export interface TurnRules {
  /** So many at a time. */
  readonly most: number;
  /** So many of one owner at a time, quick ones and slow ones each; the rest is left to others. */
  readonly mostOfOne: number;
  /** A turn that takes longer is slow, and the next one begins beside it. */
  readonly slowMs: number;
  /** Once so many are slow, nobody gets a turn until one of them ends. */
  readonly mostSlow: number;
}

interface Count {
  quick: number;
  slow: number;
}

/** What one owner waits for and has begun. */
interface Line extends Count {
  readonly waiting: ((end: EndTurn | undefined) => void)[];
}

/** Makes turns. */
export function createTurns(rules: TurnRules): Turns {
  /** Whose turn comes next stands first. */
  const lines = new Map<string, Line>();
  const all: Count = { quick: 0, slow: 0 };
  const isStuck = ({ slow }: Line) => all.slow >= rules.mostSlow || slow >= rules.mostOfOne;
  const hasRoom = ({ quick }: Line) => all.quick < rules.most && quick < rules.mostOfOne;

  function count(line: Line, { quick, slow }: Readonly<Count>): void {
    for (const one of [line, all]) {
      one.quick += quick;
      one.slow += slow;
    }
  }
  function begin(line: Line): EndTurn {
    count(line, { quick: 1, slow: 0 });
    let back: Readonly<Count> = { quick: -1, slow: 0 };
    const timer = setTimeout(() => {
      back = { quick: 0, slow: -1 };
      count(line, { quick: -1, slow: 1 });
      callNext();
    }, rules.slowMs);
    return () => {
      clearTimeout(timer);
      count(line, back);
      callNext();
    };
  }
  function nextLine(): readonly [string, Line] | undefined {
    return [...lines].find(([, line]) => isStuck(line) || hasRoom(line));
  }
  function callNext(): void {
    for (let next = nextLine(); next !== undefined; next = nextLine()) {
      const [owner, line] = next;
      const resolve = line.waiting.shift();
      // Behind all others, or out of the way until it waits again.
      lines.delete(owner);
      if (line.waiting.length > 0) {
        lines.set(owner, line);
      }
      resolve?.(isStuck(line) ? undefined : begin(line));
    }
  }
  const known = new Map<string, Line>();
  return {
    take: (owner) =>
      new Promise((resolve) => {
        const line = known.get(owner) ?? { waiting: [], quick: 0, slow: 0 };
        known.set(owner, line);
        lines.set(owner, line);
        line.waiting.push(resolve);
        callNext();
      }),
  };
}
