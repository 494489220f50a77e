import type { Redis } from "ioredis";
import { countTry, type FailureBounds, uncountTry } from "../books/failure-count-book.ts";
import { TooManyRequestsError } from "./input-errors.ts";

/** What a shared limit is made of. */
export interface SharedFailureLimitDeps extends FailureBounds {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/** Bounds how often a secret may be guessed wrong for one key, whichever process is asked. */
export interface KeyedFailureLimit {
  /**
   * Runs a check of a secret; undefined from `check` is a failure, an error is none.
   *
   * @throws {TooManyRequestsError} when there were too many failures, also for a right secret.
   */
  readonly guard: <Found>(
    key: string,
    check: () => Promise<Found | undefined>,
    /** Hears of the failure that closes the door. */
    onClosed?: () => Promise<void>,
  ) => Promise<Found | undefined>;
}

/** Makes a limit that all processes share. */
export function createSharedFailureLimit(deps: SharedFailureLimitDeps): KeyedFailureLimit {
  const { redis, nowMs, failures } = deps;
  return {
    guard: async (key, check, onClosed) => {
      const { isOpen, count, untilMs } = await countTry(redis, deps, { key, nowMs: nowMs() });
      if (!isOpen) {
        throw new TooManyRequestsError(untilMs - nowMs());
      }
      let isWrong = false;
      try {
        const found = await check();
        isWrong = found === undefined;
        return found;
      } finally {
        if (!isWrong) {
          await uncountTry(redis, deps, { key, untilMs });
        } else if (count === failures) {
          await onClosed?.();
        }
      }
    },
  };
}
