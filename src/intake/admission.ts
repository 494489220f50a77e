import { IntakeBusyError } from "./intake-errors.ts";

/** How much the intake takes in hand at the same time. */
export interface AdmissionLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/** Counts requests and the bytes of their bodies that are in hand. */
export interface Admission {
  /**
   * Takes one more request in hand for a connection of that name, whether or not there is one; the returned
   * function lets it go, once.
   *
   * @throws {IntakeBusyError} when that would be too many, or too many bytes, in all or of this connection.
   */
  enter(connection: string, bytes: number): () => void;
}

/** The rest is left to the others, whatever one connection sends. */
const MOST_OF_ONE = 0.75;

interface InHand {
  requests: number;
  bytes: number;
}

/** Starts with nothing in hand. */
export function createAdmission({ maxRequests, maxBytes }: AdmissionLimits): Admission {
  const all: InHand = { requests: 0, bytes: 0 };
  const byConnection = new Map<string, InHand>();
  const ofOne = {
    maxRequests: Math.ceil(maxRequests * MOST_OF_ONE),
    maxBytes: Math.ceil(maxBytes * MOST_OF_ONE),
  };
  return {
    enter(connection, bytes) {
      const own = byConnection.get(connection) ?? { requests: 0, bytes: 0 };
      if (!hasRoom(all, bytes, { maxRequests, maxBytes }) || !hasRoom(own, bytes, ofOne)) {
        throw new IntakeBusyError();
      }
      byConnection.set(connection, own);
      for (const count of [all, own]) {
        count.requests += 1;
        count.bytes += bytes;
      }
      return () => {
        for (const count of [all, own]) {
          count.requests -= 1;
          count.bytes -= bytes;
        }
        if (own.requests === 0) {
          byConnection.delete(connection);
        }
      };
    },
  };
}

function hasRoom(inHand: InHand, bytes: number, limits: AdmissionLimits): boolean {
  return inHand.requests < limits.maxRequests && inHand.bytes + bytes <= limits.maxBytes;
}
