import { recordTypeSchema } from "../domain/appointment.ts";
import type { CrmEvent } from "../domain/crm-event.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { instantSchema } from "../domain/instant.ts";
import type { RecordNotification } from "./outbound-message.ts";

/** Salesforce's own ids only; other safe tokens belong to the JSON path. */
const SALESFORCE_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

/** Where and when the notifications of one message arrived. */
export interface Arrival {
  readonly connection: string;
  /** The 18-character form. */
  readonly organizationId: string;
  readonly receivedAtMs: number;
}

/**
 * Turns one notification into the event that is stored.
 *
 * The event id is organization and notification id, whole and case-sensitive. What can never be used is an event
 * too, with the reason, so that it neither blocks its neighbours nor gets lost. The time of the change is the
 * record's SystemModstamp, else its LastModifiedDate, else the arrival.
 */
export function notificationEvent(arrival: Arrival, notification: RecordNotification): CrmEvent {
  const { objectType, fields } = notification;
  const accepted = {
    connection: arrival.connection,
    eventId: `${arrival.organizationId}.${notification.id}`,
    source: "outbound-message",
    receivedAtMs: arrival.receivedAtMs,
    fields: Object.fromEntries(fields),
  } as const;
  const recordId = fields.get("Id") ?? "";
  const recordType = recordTypeSchema.safeParse(objectType).data;
  const typed = objectType === null ? {} : { recordType: objectType };
  if (recordId === "") {
    return { ...accepted, kind: "unusable", reason: "NO_RECORD", ...typed };
  }
  if (recordType === undefined) {
    return { ...accepted, kind: "unusable", reason: "UNKNOWN_RECORD_TYPE", recordId, ...typed };
  }
  if (!SALESFORCE_ID.test(recordId)) {
    return { ...accepted, kind: "unusable", reason: "BAD_RECORD_ID", recordId, ...typed };
  }
  return {
    ...accepted,
    kind: "record-changed",
    recordType,
    recordId: canonicalRecordId(recordId),
    occurredAtMs: changedAtMs(fields) ?? arrival.receivedAtMs,
  };
}

function changedAtMs(fields: ReadonlyMap<string, string | null>): number | undefined {
  return instantOf(fields.get("SystemModstamp")) ?? instantOf(fields.get("LastModifiedDate"));
}

function instantOf(text: string | null | undefined): number | undefined {
  return typeof text === "string" ? instantSchema.safeParse(text).data : undefined;
}
