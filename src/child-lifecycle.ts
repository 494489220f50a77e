/** What a process of the tree does when it is asked to end. */
export interface ChildLifecycle {
  /** Says that this process serves now. */
  sayReady(): void;
  /** Says why a restart cannot help, then ends. */
  endFatally(message: string): void;
}

/** The bridge ends within 10 s; what is still in hand then is left to the next run. */
const LAST_MOMENT_MS = 9_000;

/**
 * Ends this process when the supervisor asks, or is gone, or the terminal is: SIGTERM, SIGINT, closed channel, SIGHUP.
 *
 * `stop` finishes or releases what is in hand; the process then exits 0, or 1 when that took too long.
 */
export function beChild(stop: () => Promise<void>): ChildLifecycle {
  let isEnding = false;
  function end(): void {
    if (isEnding) {
      return;
    }
    isEnding = true;
    setTimeout(() => process.exit(1), LAST_MOMENT_MS).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", end);
  process.on("disconnect", end);
  return {
    sayReady: () => process.send?.({ kind: "ready" }),
    endFatally,
  };
}

/** Says why a restart cannot help, then ends this process; also before it is a child of the tree. */
export function endFatally(message: string): void {
  if (process.send === undefined) {
    process.stderr.write(`siro-bridge: ${message}\n`);
    process.exit(1);
  }
  process.send({ kind: "fatal", message }, () => process.exit(1));
}
