import type { RecorderSign, RecorderTrail } from "../domain/recorder-trail.ts";
import type { MobileEvent } from "./mobile-event.ts";
import type { ReadSeenLink } from "./seen-link.ts";

/** Enough for the day of any rep. */
const KEPT_SIGNS = 40;

/**
 * Adds what Siro reported about one rep to the signs that are kept.
 *
 * The newest signs of all that were ever given, whatever the order and the grouping they came in.
 */
export function addSigns(
  trail: RecorderTrail,
  events: readonly MobileEvent[],
  readLink: ReadSeenLink,
): RecorderTrail {
  const signs = new Map(
    [...trail, ...events.flatMap((event) => signOf(event, readLink))].map(
      (sign) => [sign.eventId, sign] as const,
    ),
  );
  return [...signs.values()]
    .sort((left, right) => left.atMs - right.atMs || (left.eventId < right.eventId ? -1 : 1))
    .slice(-KEPT_SIGNS);
}

function signOf(event: MobileEvent, readLink: ReadSeenLink): readonly RecorderSign[] {
  const { eventId, atMs, recordingId } = event;
  const base = { eventId, atMs, ...(recordingId === undefined ? {} : { recordingId }) };
  if (event.kind === "recorder") {
    const isByLink = event.trigger === "deeplink";
    return [{ ...base, sign: event.change, ...(isByLink ? { isByLink } : {}) }];
  }
  if (event.kind !== "link-consumed") {
    return [];
  }
  const action = readLink(event.fullUrl)?.action;
  if (action === undefined) {
    return [];
  }
  return [{ ...base, sign: action === "stop" ? "stop-link" : "begin-link" }];
}
