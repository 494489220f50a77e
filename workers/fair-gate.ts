/** Lets so much work run at a time; what waits goes in by turns, one of each connection after the other. */
export interface FairGate {
  run<Result>(connection: string, work: () => Promise<Result>): Promise<Result>;
}

/**
 * Makes a gate for so much at a time.
 *
 * Work that is cheap but asks Redis many times, one after the other, takes as long as all that is asked beside it:
 * among 500 of a flood each answer comes 500 answers later.
 */
export function createFairGate(most: number): FairGate {
  const waiting = new Map<string, (() => void)[]>();
  let inside = 0;

  function callNext(): void {
    const [first] = waiting;
    if (first === undefined || inside >= most) {
      return;
    }
    const [connection, [next, ...others]] = first;
    // Behind all others that wait.
    waiting.delete(connection);
    if (others.length > 0) {
      waiting.set(connection, others);
    }
    inside += 1;
    next?.();
  }
  function enter(connection: string): Promise<void> {
    return new Promise((resolve) => {
      const line = waiting.get(connection);
      if (line === undefined) {
        waiting.set(connection, [resolve]);
      } else {
        line.push(resolve);
      }
      callNext();
    });
  }
  return {
    run: async (connection, work) => {
      await enter(connection);
      try {
        return await work();
      } finally {
        inside -= 1;
        callNext();
      }
    },
  };
}
