import { isoInstant } from "../domain/instant.ts";
import type { AskSiro } from "./ask-siro.ts";
import { MOBILE_EVENT_CODES, type MobileEvent, mobileEventSchema } from "./mobile-event.ts";
import { parseRows, readPages } from "./read-pages.ts";

/** Siro's own most. */
const PAGE_SIZE = 1000;

/** Which events are asked for; both ends are left out, as Siro does. */
export interface MobileEventsQuery {
  /** The watermark, less an overlap: phones without a network report late, how late is nowhere said. */
  readonly afterMs: number;
  readonly beforeMs?: number;
  readonly siroUserId?: string;
}

/** What Siro's apps reported. */
export interface MobileEventsReading {
  /** Oldest first, each once. */
  readonly events: readonly MobileEvent[];
  /** Rows of another shape than any that is known. */
  readonly unreadable: number;
  /** False when there was more than is read at once; the oldest are missing, so no watermark may move on. */
  readonly isComplete: boolean;
}

/**
 * Reads what Siro's apps reported about links, recorders and consent, since a watermark.
 *
 * The presence of an event is evidence, its absence is not. Unproven: how soon events can be read, how long
 * they are kept, and whether the app reports links before there is a recording.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function readMobileEvents(
  ask: AskSiro,
  connection: string,
  { afterMs, beforeMs, siroUserId }: MobileEventsQuery,
): Promise<MobileEventsReading> {
  const { rows, isComplete } = await readPages(ask, {
    connection,
    path: "/core/mobile-events",
    query: {
      createdAtGt: isoInstant(afterMs),
      ...(beforeMs === undefined ? {} : { createdAtLt: isoInstant(beforeMs) }),
      ...(siroUserId === undefined ? {} : { userId: siroUserId }),
      eventCodeIn: MOBILE_EVENT_CODES.join(","),
      pageSize: String(PAGE_SIZE),
    },
  });
  const { parsed, unreadable } = parseRows(rows, mobileEventSchema);
  return { events: inOrder(parsed), unreadable, isComplete };
}

/** Sorts events by time, and by id within one instant; the same event twice is one. */
export function inOrder(events: readonly MobileEvent[]): readonly MobileEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  return [...byId.values()].sort(
    (left, right) =>
      left.atMs - right.atMs ||
      (left.eventId < right.eventId ? -1 : Number(left.eventId > right.eventId)),
  );
}
