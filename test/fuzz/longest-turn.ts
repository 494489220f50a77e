/**
 * Does the work and says how long, at most, it kept everything else from its turn; milliseconds of the processor,
 * so that a busy machine makes nothing look slow.
 *
 * @throws what the work throws, and when it has not ended after `neverMs`.
 */
export async function longestTurnMs(work: () => unknown, neverMs: number): Promise<number> {
  const watch = watchTurns();
  let timer: NodeJS.Timeout | undefined;
  try {
    const outcome = work();
    if (outcome instanceof Promise) {
      const never = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`has not ended after ${neverMs} ms`)), neverMs);
      });
      await Promise.race([outcome, never]);
    }
  } finally {
    clearTimeout(timer);
    watch.stop();
  }
  return watch.longestMs();
}

function watchTurns() {
  let longestMs = 0;
  let lastMs = processorMs();
  const note = () => {
    const nowMs = processorMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const take = () => {
    note();
    turn = setImmediate(take);
  };
  let turn = setImmediate(take);
  return {
    stop: () => {
      clearImmediate(turn);
      // The last stretch has no turn after it.
      note();
    },
    longestMs: () => longestMs,
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
