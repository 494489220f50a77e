import { setTimeout as delay } from "node:timers/promises";
import { checkAll } from "./check-all.ts";
import type { Evidence } from "./evidence.ts";

/** How often is looked, and until when. */
export interface Patience {
  readonly deadlineMs: number;
  readonly lookMs: number;
  /** From a look at which all is kept to the next, which must say so, too. */
  readonly confirmMs: number;
}

/**
 * Looks until all is kept at two looks in a row, or until it should have been: then the last look is what is judged.
 *
 * Undefined when nothing could be seen at the end.
 */
export async function untilKept(
  look: () => Promise<Evidence | undefined>,
  { deadlineMs, lookMs, confirmMs }: Patience,
): Promise<Evidence | undefined> {
  for (let kept = 0; ; ) {
    const evidence = await look();
    const isKept = evidence !== undefined && checkAll(evidence).every((one) => one.isKept);
    kept = isKept ? kept + 1 : 0;
    // Kept for the first time at the deadline is looked at once more, too.
    if (kept > 1 || (!isKept && Date.now() >= deadlineMs)) {
      return evidence;
    }
    await delay(isKept ? confirmMs : lookMs);
  }
}
