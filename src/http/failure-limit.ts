import type { IncomingMessage } from "node:http";
import { ipKeyGenerator } from "express-rate-limit";
import type { Redis } from "ioredis";
import { countTry, type FailureBounds, uncountTry } from "../books/failure-count-book.ts";
import type { ClientAddress } from "./client-address.ts";
import { createFailureTallies, type FailureTally } from "./failure-tally.ts";
import { TooManyRequestsError } from "./input-errors.ts";

/** One household or phone network hands out addresses from a /56 of IPv6: they count as one client. */
const IPV6_PREFIX_BITS = 56;

/** What a limit by any key is made of. */
export interface ExactFailureLimitDeps extends FailureBounds {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/** What a limit by clients is made of. */
export interface FailureLimitDeps extends ExactFailureLimitDeps {
  readonly clients: ClientAddress;
}

/** Bounds how often one client may be wrong about a secret, whichever process is asked. */
export interface FailureLimit {
  /**
   * Runs a check of a secret; undefined from `check` is a failure, an error is none.
   *
   * @throws {TooManyRequestsError} when this client was wrong too often, also for a right secret.
   */
  readonly guard: <Found>(
    request: IncomingMessage,
    check: () => Promise<Found | undefined>,
  ) => Promise<Found | undefined>;
}

/** The same for a key of any kind. */
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

/**
 * Makes the limit for long secrets: who is right never waits for the store.
 *
 * Failures are counted in the store, for all processes; a process learns of the others' with the first failure that it
 * sees itself. Before the check it counts by itself, so that many guesses at the same moment cannot slip through; where
 * the store is away that count alone holds.
 */
export function createFailureLimit(deps: FailureLimitDeps): FailureLimit {
  const tallyOf = createFailureTallies(deps);
  return {
    guard: async (request, check) => {
      const key = clientKey(deps.clients, request);
      const tally = tallyOf(key);
      if (tally.failures >= deps.failures) {
        throw new TooManyRequestsError(tally.untilMs - deps.nowMs());
      }
      tally.failures += 1;
      let isWrong = false;
      try {
        const found = await check();
        isWrong = found === undefined;
        return found;
      } finally {
        if (isWrong) {
          await share(deps, key, tally);
        } else {
          tally.failures -= 1;
        }
      }
    },
  };
}

/** Makes the limit for secrets that could be guessed, such as passwords: not one guess more, over all processes. */
export function createExactFailureLimit(deps: ExactFailureLimitDeps): KeyedFailureLimit {
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

/** Counts by the client's address. */
export function byClient(limit: KeyedFailureLimit, clients: ClientAddress): FailureLimit {
  return { guard: (request, check) => limit.guard(clientKey(clients, request), check) };
}

/** The key under which a client is counted. */
export function clientKey(clients: ClientAddress, request: IncomingMessage): string {
  const address = clients.of(request);
  return address === undefined ? "unknown" : ipKeyGenerator(address, IPV6_PREFIX_BITS);
}

async function share(deps: FailureLimitDeps, key: string, tally: FailureTally): Promise<void> {
  try {
    const { count, untilMs } = await countTry(deps.redis, deps, { key, nowMs: deps.nowMs() });
    tally.failures = Math.max(tally.failures, count);
    tally.untilMs = untilMs;
  } catch {
    // The store is away: what this process counted holds.
  }
}
