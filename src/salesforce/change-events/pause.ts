import { setTimeout as delay } from "node:timers/promises";

/** Waits; ends early, and without an error, at the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
