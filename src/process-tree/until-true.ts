import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/** Polls until the condition holds; returns whether it did within `timeoutMs`. */
export async function untilTrue(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() >= deadlineMs) {
      return false;
    }
    await delay(POLL_MS);
  }
  return true;
}
