import { SiroLimitError } from "../src/siro/siro-errors.ts";
import type { JobOutcome } from "./job-outcome.ts";

/** Those who were put off together do not come back together. */
const SPREAD_MS = 5_000;

/** Does work that can wait; where Siro's budget has no room for it, it is put off, which costs no attempt. */
export async function whenSiroHasRoom(work: () => Promise<JobOutcome>): Promise<JobOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SiroLimitError) {
      const afterMs = error.retryAfterMs + Math.ceil(Math.random() * SPREAD_MS);
      return { kind: "later", afterMs };
    }
    throw error;
  }
}
