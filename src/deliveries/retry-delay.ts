const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before the next attempt: 1, 2, 4 … 60 seconds, each shortened by up to a quarter at
 * random, unless the provider named a time of a second or more. `random` is in [0, 1).
 */
export function retryDelayMs(
  attemptsMade: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  if (retryAfterMs !== undefined) {
    return Math.max(FIRST_MS, retryAfterMs);
  }
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attemptsMade - 1));
  return Math.round(fullMs * (1 - random / 4));
}
