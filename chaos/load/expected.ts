import { START_LEAD_MS, STOP_GRACE_MS } from "../world/tenants.ts";
import type { SentEvent } from "./ack-book.ts";
import type { Visit, VisitVersion } from "./visits.ts";

/** One prompt that must reach one rep, once. */
export interface ExpectedPrompt {
  readonly connection: string;
  readonly recordId: string;
  readonly userId: string;
  readonly action: "start" | "stop";
  readonly dueAtMs: number;
}

/**
 * The whole truth about a visit in one line: of what was acknowledged the latest counts; of one moment the one
 * that was acknowledged last.
 */
export function newestOf(events: readonly SentEvent[]): SentEvent | undefined {
  return events
    .filter(({ ackedAtMs }) => ackedAtMs !== undefined)
    .toSorted(
      (left, right) =>
        left.version.occurredAtMs - right.version.occurredAtMs ||
        (left.ackedAtMs ?? 0) - (right.ackedAtMs ?? 0),
    )
    .at(-1);
}

/** What a visit's rep gets for it, when nothing had been sent before it stood like this. */
export function expectedPrompts(visit: Visit, newest: VisitVersion): readonly ExpectedPrompt[] {
  if (newest.status !== "scheduled") {
    return [];
  }
  const { connection, recordId } = visit;
  const of = { connection, recordId, userId: newest.userId };
  return [
    { ...of, action: "start", dueAtMs: newest.startAtMs - START_LEAD_MS },
    { ...of, action: "stop", dueAtMs: newest.endAtMs + STOP_GRACE_MS },
  ];
}

/** The earliest moment at which any of a visit's versions asks for something. */
export function earliestDueMs(events: readonly SentEvent[]): number {
  return Math.min(...events.map(({ version }) => version.startAtMs - START_LEAD_MS));
}

/** All events by their visit. */
export function byVisit(
  events: readonly SentEvent[],
): ReadonlyMap<string, readonly [SentEvent, ...SentEvent[]]> {
  const found = new Map<string, [SentEvent, ...SentEvent[]]>();
  for (const event of events) {
    const key = visitKey(event.visit);
    const known = found.get(key);
    if (known === undefined) {
      found.set(key, [event]);
    } else {
      known.push(event);
    }
  }
  return found;
}

/** Names one visit of all tenants. */
export function visitKey({ connection, recordId }: Pick<Visit, "connection" | "recordId">): string {
  return `${connection}/${recordId}`;
}
