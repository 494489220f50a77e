import type { SentEvent } from "../load/ack-book.ts";
import { byVisit, earliestDueMs, newestOf } from "../load/expected.ts";
import type { Visit } from "../load/visits.ts";
import type { Evidence } from "./evidence.ts";

/** A visit whose newest change was known before anything of it was due: what must arrive is certain. */
export interface StrictVisit {
  readonly key: string;
  readonly visit: Visit;
  readonly newest: SentEvent;
}

/** The visits about which something can be proved, and how many there are in all. */
export function strictVisits({ book, terms }: Pick<Evidence, "book" | "terms">): {
  readonly strict: readonly StrictVisit[];
  readonly all: number;
} {
  const visits = [...byVisit(book.events())];
  const strict = visits.flatMap(([key, events]): StrictVisit[] => {
    const newest = newestOf(events);
    const isAllAcked = events.every(({ ackedAtMs }) => ackedAtMs !== undefined);
    const knownAtMs = (newest?.ackedAtMs ?? Number.POSITIVE_INFINITY) + terms.graceMs;
    return newest !== undefined && isAllAcked && knownAtMs <= earliestDueMs(events)
      ? [{ key, visit: newest.visit, newest }]
      : [];
  });
  return { strict, all: visits.length };
}
