import { z } from "zod";
import { type CrmEvent, type CrmEventInput, crmEventInputSchema } from "../../domain/crm-event.ts";
import { isoInstant } from "../../domain/instant.ts";
import type { ParkedWork } from "../../domain/parked.ts";
import { InputInvalidError } from "../../http/input-errors.ts";
import { parseInput } from "../../http/parse-input.ts";

/** An event that somebody sent as JSON; what it says can be mended by hand. */
export type JsonEvent = Extract<CrmEvent, { kind: "record-changed" }>;

/** Says whether work can be edited: undefined when it can, else why not. Pure. */
export function whyNotEditable(work: ParkedWork): string | undefined {
  switch (work.kind) {
    case "event":
      return isJsonEvent(work.event) ? undefined : FROM_THE_CRM;
    case "unreadable":
      return UNREADABLE;
    default:
      return OWN_POINTER;
  }
}

const FROM_THE_CRM =
  "It came from the CRM and only says which record changed. Mend the record there: a replay reads it anew.";
const UNREADABLE =
  "This version does not know the form of this work, so nobody can say what an edit would mean. Mend it where it comes from, and send it again.";
const OWN_POINTER =
  "It is a pointer of the bridge's own: what counts is read when it is worked on. Mend the reason, then replay it.";

/** The event of work that can be edited. */
export function jsonEventOf(work: ParkedWork): JsonEvent | undefined {
  return work.kind === "event" && isJsonEvent(work.event) ? work.event : undefined;
}

/** An event in the form in which it was sent: times as text. Pure. */
export function eventAsSent({ eventId, recordType, recordId, ...event }: JsonEvent): object {
  const { appointment, occurredAtMs } = event;
  const head = { eventId, recordType, recordId, occurredAt: isoInstant(occurredAtMs) };
  if (appointment === undefined) {
    return head;
  }
  const { status, startAt, endAt, ...rest } = appointment;
  const times = {
    startAt: isoInstant(startAt),
    ...(endAt === undefined ? {} : { endAt: isoInstant(endAt) }),
  };
  return { ...head, appointment: { status, ...times, ...rest } };
}

/** As intake reads it: what is null counts as absent. */
const editSchema = z.strictObject({
  event: z.preprocess(withoutNulls, crmEventInputSchema),
});

/**
 * Reads an edited event by the schema of the way in.
 *
 * What decides between older and newer stays as it came, so that no edit can bring back an older state.
 *
 * @throws {InputInvalidError} when the event is wrong, or tries to change that.
 */
export function editedEvent(known: JsonEvent, body: unknown): JsonEvent {
  const { event } = parseInput(editSchema, body);
  const issues = [
    ...(event.eventId === known.eventId ? [] : [issue("eventId", "it names the event")]),
    ...(event.occurredAt === known.occurredAtMs
      ? []
      : [issue("occurredAt", "it decides between older and newer")]),
  ];
  if (issues.length > 0) {
    throw new InputInvalidError(issues);
  }
  return mended(known, event);
}

function mended(known: JsonEvent, { recordType, recordId, appointment }: CrmEventInput): JsonEvent {
  const { appointment: _, fields: __, ...head } = known;
  return {
    ...head,
    recordType,
    recordId,
    ...(appointment === undefined ? {} : { appointment }),
  };
}

function issue(field: string, why: string) {
  return { path: `event.${field}`, message: `must stay as it came: ${why}` };
}

function isJsonEvent(event: CrmEvent): event is JsonEvent {
  return event.kind === "record-changed" && event.source === "json";
}

function withoutNulls(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (_name, inner: unknown) => inner ?? undefined);
}
