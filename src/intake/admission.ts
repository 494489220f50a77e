import { IntakeBusyError } from "./intake-errors.ts";

/** How much the intake takes in hand at the same time. */
export interface AdmissionLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/** Counts requests and the bytes of their bodies that are in hand. */
export interface Admission {
  /**
   * Takes one more request in hand; the returned function lets it go, once.
   *
   * @throws {IntakeBusyError} when that would be too many, or too many bytes.
   */
  enter(bytes: number): () => void;
}

/** Starts with nothing in hand. */
export function createAdmission({ maxRequests, maxBytes }: AdmissionLimits): Admission {
  let requests = 0;
  let bytesInHand = 0;
  return {
    enter(bytes) {
      if (requests >= maxRequests || bytesInHand + bytes > maxBytes) {
        throw new IntakeBusyError();
      }
      requests += 1;
      bytesInHand += bytes;
      return () => {
        requests -= 1;
        bytesInHand -= bytes;
      };
    },
  };
}
