/**
 * Lets callers who want the same work at the same time share it.
 *
 * For one key at most one run is under way and one more waits; whoever asks meanwhile shares the waiting
 * one. A run that begins after a call sees everything that was stored before that call.
 */
export function shareRuns<Key, Result>(
  keyOf: (key: Key) => string,
  run: (key: Key) => Promise<Result>,
): (key: Key) => Promise<Result> {
  const waiting = new Map<string, Promise<Result>>();
  const running = new Map<string, Promise<unknown>>();
  return (key) => {
    const name = keyOf(key);
    const joined = waiting.get(name);
    if (joined !== undefined) {
      return joined;
    }
    const mine = begin(name, key);
    waiting.set(name, mine);
    return mine;
  };

  async function begin(name: string, key: Key): Promise<Result> {
    await running.get(name);
    waiting.delete(name);
    const current = run(key);
    const settled = current.then(
      () => undefined,
      () => undefined,
    );
    running.set(name, settled);
    try {
      return await current;
    } finally {
      if (running.get(name) === settled) {
        running.delete(name);
      }
    }
  }
}
