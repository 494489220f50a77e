import type { StoredAppointment } from "../books/stored-appointment.ts";

/** A visit that was looked at more recently than this is fresh, however seldom the org is polled. */
const FRESH_MS = 10 * 60_000;
/** One poll may fail; after three the state is not confirmed any more. */
const POLLS_MISSED = 3;

/** When the visits of a connection were last looked at as a whole, and how often they are. */
export interface Polling {
  /** Seconds; 0 is never. */
  readonly everySeconds: number;
  /** When the last poll that covered everything began; epoch milliseconds, undefined when there was none. */
  readonly polledAtMs: number | undefined;
  /** What was confirmed before this moment does not count; epoch milliseconds. */
  readonly countsFromMs?: number | undefined;
}

/**
 * Says whether a visit must be read again before anybody is prompted for it.
 *
 * Pure. Only one that was read from the CRM and still stands: what arrived whole in an event has no record to ask
 * for, and what is over cannot be called off any more.
 */
export function isConfirmationOld(
  { appointment: { status }, version }: Pick<StoredAppointment, "appointment" | "version">,
  { everySeconds, polledAtMs = 0, countsFromMs = 0 }: Polling,
  nowMs: number,
): boolean {
  if (version.isRead !== true || !(status === "scheduled" || status === "in-progress")) {
    return false;
  }
  const oldAfterMs = Math.max(FRESH_MS, POLLS_MISSED * everySeconds * 1000);
  const confirmedAtMs = Math.max(version.readAtMs, polledAtMs);
  return confirmedAtMs < countsFromMs || nowMs - confirmedAtMs > oldAfterMs;
}
