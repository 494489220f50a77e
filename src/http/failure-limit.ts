import type { IncomingMessage } from "node:http";
import { ipKeyGenerator } from "express-rate-limit";
import type { ClientAddress } from "./client-address.ts";
import { TooManyRequestsError } from "./input-errors.ts";

/** One household or phone network hands out addresses from a /56 of IPv6: they count as one client. */
const IPV6_PREFIX_BITS = 56;
/** More clients than this are not remembered; the oldest are forgotten first. */
const MOST_CLIENTS = 20_000;

/** What a failure limit is made of. */
export interface FailureLimitDeps {
  readonly failures: number;
  readonly windowMs: number;
  readonly clients: ClientAddress;
  readonly nowMs: () => number;
}

/** Bounds how often one client may be wrong about a secret. */
export interface FailureLimit {
  /**
   * Runs a check of a secret; undefined from `check` is a failure, an error is none.
   *
   * Counted before the check, so that many guesses at the same moment cannot slip through.
   *
   * @throws {TooManyRequestsError} when this client was wrong too often, also for a right secret.
   */
  readonly guard: <Found>(
    request: IncomingMessage,
    check: () => Promise<Found | undefined>,
  ) => Promise<Found | undefined>;
}

interface Tally {
  failures: number;
  readonly untilMs: number;
}

/** Makes a limit that lives in this process; its window begins with a client's first failure. */
export function createFailureLimit(deps: FailureLimitDeps): FailureLimit {
  const tallies = new Map<string, Tally>();
  return {
    guard: async (request, check) => {
      const tally = tallyOf(tallies, deps, request);
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
        tally.failures -= isWrong ? 0 : 1;
      }
    },
  };
}

/** The key under which a client is counted. */
export function clientKey(clients: ClientAddress, request: IncomingMessage): string {
  const address = clients.of(request);
  return address === undefined ? "unknown" : ipKeyGenerator(address, IPV6_PREFIX_BITS);
}

function tallyOf(
  tallies: Map<string, Tally>,
  { clients, nowMs, windowMs }: FailureLimitDeps,
  request: IncomingMessage,
): Tally {
  const key = clientKey(clients, request);
  const known = tallies.get(key);
  if (known !== undefined && nowMs() < known.untilMs) {
    return known;
  }
  const tally = { failures: 0, untilMs: nowMs() + windowMs };
  // Set anew, so that the map's order is the order of age.
  tallies.delete(key);
  tallies.set(key, tally);
  const oldest = tallies.size > MOST_CLIENTS ? tallies.keys().next().value : undefined;
  if (oldest !== undefined) {
    tallies.delete(oldest);
  }
  return tally;
}
