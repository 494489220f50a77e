import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;

/** How long to wait and, for the message of a failure, for what. */
export interface UntilOptions {
  readonly timeoutMs: number;
  readonly what: string;
}

/**
 * Polls every 10 ms until the condition gives something other than false, null or undefined; returns that.
 *
 * A condition that throws counts as not met yet; its last error is the cause of the failure.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs, what }: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const { value, cause } = await attempt(condition);
    if (isMet(value)) {
      return value;
    }
    if (performance.now() >= deadlineMs) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause });
    }
    await delay(POLL_MS);
  }
}

function isMet<T>(value: T | undefined): value is Exclude<T, false | null | undefined> {
  return value !== undefined && value !== null && value !== false;
}

async function attempt<T>(
  condition: () => T | Promise<T>,
): Promise<{ readonly value?: T; readonly cause?: unknown }> {
  try {
    return { value: await condition() };
  } catch (cause) {
    return { cause };
  }
}
