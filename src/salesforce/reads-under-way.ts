/** The reads of one org that wait for their answer. */
export interface ReadsUnderWay {
  /** Counts a read for as long as it takes. */
  track(read: Promise<void>): Promise<void>;
  /** Says whether one of them waits for longer than an org takes that is well. */
  isSlow(): boolean;
  /** How long whoever comes now should stay away; 0 while another read may begin. Milliseconds. */
  busyMs(): number;
}

/** Orgs that are well answer within half a second, or twice that for what leads further. */
const SLOW_MS = 1_000;
/** The one that is slow, and one more for what came since. */
const MOST_READS_WHEN_SLOW = 2;
/** Not all at once: whoever stayed away comes back together with who came later. */
const STAY_AWAY = { leastMs: 1_500, stepMs: 250, steps: 8 } as const;

/** Makes the count; it begins at none. */
export function createReadsUnderWay(): ReadsUnderWay {
  const beganAtMs = new Set<{ readonly ms: number }>();
  let turnedAway = 0;

  function isSlow(): boolean {
    const [oldest] = beganAtMs;
    return oldest !== undefined && performance.now() - oldest.ms > SLOW_MS;
  }
  return {
    isSlow,
    track: async (read) => {
      const began = { ms: performance.now() };
      beganAtMs.add(began);
      try {
        await read;
      } finally {
        beganAtMs.delete(began);
      }
    },
    busyMs: () => {
      if (beganAtMs.size < MOST_READS_WHEN_SLOW || !isSlow()) {
        return 0;
      }
      turnedAway += 1;
      return STAY_AWAY.leastMs + (turnedAway % STAY_AWAY.steps) * STAY_AWAY.stepMs;
    },
  };
}
