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
    // What is known of an event stays: a time that lies ahead is taken for the time of the first look.
    [...events.flatMap((event) => signOf(event, readLink)), ...trail].map(
      (sign) => [sign.eventId, sign] as const,
    ),
  );
  return [...signs.values()].sort(inOrder).slice(-KEPT_SIGNS);
}

/** How signs of one moment follow each other: what is asked comes before what is done, a beginning before an end. */
const AT_ONCE: readonly RecorderSign["sign"][] = [
  "begin-link",
  "stop-link",
  "start",
  "resume",
  "pause",
  "stop",
  "cancelled",
];

function inOrder(left: RecorderSign, right: RecorderSign): number {
  return (
    left.atMs - right.atMs ||
    AT_ONCE.indexOf(left.sign) - AT_ONCE.indexOf(right.sign) ||
    (left.eventId < right.eventId ? -1 : 1)
  );
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
