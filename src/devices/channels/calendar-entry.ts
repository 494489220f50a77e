import { createEvent } from "ics";
import type { DueMessage } from "../../domain/prompt-message.ts";
import { collapseKey } from "./collapse-key.ts";
import { promptText } from "./prompt-text.ts";

const MINUTE_MS = 60_000;

/**
 * Writes a visit as an iCalendar entry with our page as its URL and an alarm: at the visit's start, for a stop at
 * the moment it is due. Undefined where it cannot be written.
 *
 * The stop of a visit has the UID of its start and a higher SEQUENCE, so that calendars put it in its place.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5545
 */
export function calendarEntry(message: DueMessage): string | undefined {
  const { connection, prompt, appointment, rep, openUrl } = message;
  const { title, body } = promptText(message);
  const isStop = prompt.action === "stop";
  const { recordId, startAtMs, endAtMs } = appointment;
  const { error, value } = createEvent({
    productId: "-//siro-bridge//prompts//EN",
    method: "PUBLISH",
    uid: `${collapseKey({ connection, recordId, userId: rep.userId })}@siro-bridge`,
    sequence: 2 * prompt.generation + (isStop ? 1 : 0),
    ...inUtc(startAtMs, Math.max(endAtMs, startAtMs + MINUTE_MS)),
    title: `${title}: ${body}`,
    description: `${body}\n${openUrl}`,
    url: openUrl,
    busyStatus: "FREE",
    alarms: [
      {
        action: "display",
        description: title,
        trigger: isStop ? prompt.dueAtMs : startAtMs,
      },
    ],
  });
  return error === null || error === undefined ? (value ?? undefined) : undefined;
}

function inUtc(start: number, end: number) {
  return {
    start,
    end,
    startInputType: "utc",
    endInputType: "utc",
    startOutputType: "utc",
    endOutputType: "utc",
  } as const;
}
