import { pause } from "./pause.ts";

/** A lease on something that one process at a time may do. */
export interface Lease {
  /** Takes or renews it; false while it is another's. */
  hold(leaseMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/** How long a lease lasts, and how often it is asked for; both in milliseconds. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
}

/**
 * Does the work whenever the lease is ours, until the signal; the work's own signal ends with the lease.
 *
 * A process that died is followed by another within `leaseMs + renewMs`.
 */
export async function whileLeased(
  { lease, times }: { readonly lease: Lease; readonly times: LeaseTimes },
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (await isOurs(lease, times.leaseMs)) {
      const lost = new AbortController();
      const stopRenewing = keepRenewing(lease, times, () => lost.abort());
      await work(AbortSignal.any([signal, lost.signal]));
      stopRenewing();
      await lease.release().catch(() => undefined);
    }
    await pause(times.renewMs, signal);
  }
}

async function isOurs(lease: Lease, leaseMs: number): Promise<boolean> {
  try {
    return await lease.hold(leaseMs);
  } catch {
    return false;
  }
}

/** A renewal that gets no answer may have been lost: what counts is when the last good one was sent. */
function keepRenewing(lease: Lease, { leaseMs, renewMs }: LeaseTimes, onLost: () => void) {
  let goodUntilMs = performance.now() + leaseMs - renewMs;
  const timer = setInterval(() => {
    const askedAtMs = performance.now();
    if (askedAtMs >= goodUntilMs) {
      onLost();
      return;
    }
    void lease.hold(leaseMs).then(
      (isHeld) => {
        if (isHeld) {
          goodUntilMs = askedAtMs + leaseMs;
        } else {
          onLost();
        }
      },
      () => undefined,
    );
  }, renewMs);
  return () => clearInterval(timer);
}
