/** A terminal's Ctrl-C reaches the bridge itself and, passed on by npm, a second time. */
const SAME_KEYSTROKE_MS = 1000;

/** What is pulled when the bridge is asked to end, and when somebody is tired of waiting. */
export interface EndSignals {
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
}

/** Where the signals of this process come from. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

/**
 * Pulls `stop` at the first SIGINT, SIGTERM or SIGHUP, and `force` at an interrupt that comes later than
 * the echo of the same keystroke can.
 */
export function endOnSignals(source: SignalSource, nowMs: () => number): EndSignals {
  const stop = new AbortController();
  const force = new AbortController();
  let firstMs: number | undefined;
  function end(): void {
    firstMs ??= nowMs();
    stop.abort();
  }
  source.on("SIGTERM", end);
  source.on("SIGHUP", end);
  source.on("SIGINT", () => {
    end();
    if (firstMs !== undefined && nowMs() - firstMs > SAME_KEYSTROKE_MS) {
      force.abort();
    }
  });
  return { stop: stop.signal, force: force.signal };
}
