/** Keeps a sign-in that is never accepted from being repeated without end. */
export interface RefreshCap {
  /** Takes one of the tries; returns 0, or how many milliseconds to wait until there is one again. */
  take(): number;
}

const WINDOW_MS = 60_000;
const TRIES = 2;

/** Makes a cap of two tries in any minute. */
export function createRefreshCap(nowMs: () => number): RefreshCap {
  let takenAtMs: readonly number[] = [];
  return {
    take: () => {
      const now = nowMs();
      takenAtMs = takenAtMs.filter((atMs) => now - atMs < WINDOW_MS);
      const oldest = takenAtMs[0];
      if (oldest !== undefined && takenAtMs.length >= TRIES) {
        return oldest + WINDOW_MS - now;
      }
      takenAtMs = [...takenAtMs, now];
      return 0;
    },
  };
}
