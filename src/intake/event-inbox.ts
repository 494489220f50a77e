import type { CrmEvent } from "../domain/crm-event.ts";
import { StoreUnavailableError } from "../errors.ts";
import { within } from "./within.ts";

/** Where accepted events become durable. */
export interface EventInbox {
  /**
   * Stores all events and answers in their order, once every one of them is durable.
   *
   * Idempotent: an `eventId` that is already stored, or stands earlier among these, is a duplicate and changes nothing.
   *
   * @throws {StoreUnavailableError} when any event could not be confirmed; some may be stored all the same.
   */
  put(events: readonly CrmEvent[]): Promise<readonly ("accepted" | "duplicate")[]>;
}

/** How many of the events were new, and how many were known before. */
export interface StoredCount {
  readonly accepted: number;
  readonly duplicates: number;
}

/**
 * Stores the events within `timeoutMs`; an `eventId` that comes twice is stored once and counts as duplicate.
 *
 * After a time-out the events may still get stored: the resend then finds duplicates.
 *
 * @throws {StoreUnavailableError} when the inbox refuses, is too slow, or leaves an event unanswered.
 */
export async function storeEvents(
  inbox: EventInbox,
  events: readonly CrmEvent[],
  timeoutMs: number,
): Promise<StoredCount> {
  if (events.length === 0) {
    return { accepted: 0, duplicates: 0 };
  }
  const answers = await put(inbox, events, timeoutMs);
  if (answers.length !== events.length) {
    throw new StoreUnavailableError(`${answers.length} of ${events.length} events were confirmed`);
  }
  const accepted = answers.filter((answer) => answer === "accepted").length;
  return { accepted, duplicates: events.length - accepted };
}

async function put(
  inbox: EventInbox,
  events: readonly CrmEvent[],
  timeoutMs: number,
): Promise<readonly string[]> {
  try {
    return await within(timeoutMs, inbox.put(events));
  } catch (error) {
    throw new StoreUnavailableError(`${events.length} events were not stored`, { cause: error });
  }
}
