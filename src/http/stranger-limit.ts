import type { IncomingMessage } from "node:http";
import type { ClientAddress } from "./client-address.ts";
import { clientKey } from "./failure-limit.ts";
import { createFailureTallies } from "./failure-tally.ts";
import { TooManyRequestsError } from "./input-errors.ts";

/** What a stranger limit is made of. */
export interface StrangerLimitDeps {
  readonly failures: number;
  readonly windowMs: number;
  readonly clients: ClientAddress;
  readonly nowMs: () => number;
}

/** Bounds how often one client is told that it is wrong. */
export interface StrangerLimit {
  /** Counts one that was wrong; what to answer instead when there were too many. */
  readonly count: (request: IncomingMessage) => TooManyRequestsError | undefined;
}

/**
 * Makes the limit for doors that nobody may close to those who are right.
 *
 * Salesforce sends for all its customers from the same addresses, and a phone network has one for thousands: a stranger
 * there must not keep a sender's events or a rep's link out. So the secret is looked at first, and only who is wrong
 * is counted, in this process. What keeps guessers out is the length of the secret.
 */
export function createStrangerLimit(deps: StrangerLimitDeps): StrangerLimit {
  const tallyOf = createFailureTallies(deps);
  return {
    count: (request) => {
      const tally = tallyOf(clientKey(deps.clients, request));
      tally.failures += 1;
      return tally.failures > deps.failures
        ? new TooManyRequestsError(tally.untilMs - deps.nowMs())
        : undefined;
    },
  };
}
