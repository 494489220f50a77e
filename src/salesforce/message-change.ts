import type { RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { datedRules } from "../domain/dated-object.ts";
import { instantSchema } from "../domain/instant.ts";
import { type CancelReason, cancelStatus } from "./mapped.ts";

/** The fields of an outbound message, as text; an empty field is absent, one that is null was emptied. */
export type MessageFields = Readonly<Record<string, string | null>>;

/** What the fields alone say about the visit; times are epoch milliseconds, what is not said is absent. */
export type MessageChange =
  | { readonly kind: "off"; readonly status: "completed" | "canceled"; readonly why: string }
  | { readonly kind: "moved"; readonly startAtMs?: number; readonly endAtMs?: number };

type Mapping = Connection["mapping"];

interface TimeFields {
  readonly startField: string;
  readonly endField: string | null;
}

/**
 * Reads what an outbound message's own fields say about a visit: that it is off, or that it moved.
 *
 * Pure, and by the same rules as the mapping of a record: the status category decides, never the org's own status
 * labels. Undefined when the fields do not suffice: the usual message carries an id and stamps, and never reps.
 */
export function messageChange(
  recordType: RecordType,
  fields: MessageFields,
  mapping: Mapping,
): MessageChange | undefined {
  return endingIn(recordType, fields, mapping) ?? movedIn(recordType, fields, mapping);
}

const ENDINGS: Readonly<Record<string, CancelReason>> = {
  Canceled: "canceled",
  CannotComplete: "cannot_complete",
  Completed: "completed",
};

function endingIn(
  recordType: RecordType,
  fields: MessageFields,
  mapping: Mapping,
): MessageChange | undefined {
  const category = fields["StatusCategory"] ?? "";
  const ending = recordType === "ServiceAppointment" ? ENDINGS[category] : undefined;
  if (ending !== undefined) {
    return off(ending, `StatusCategory is ${category}`);
  }
  const isDated = mapping.opportunity !== undefined;
  if (recordType === "Opportunity" && isDated && fields["IsClosed"] === "true") {
    return off("closed", "The opportunity is closed");
  }
  const times = timeFieldsOf(recordType, mapping);
  return times !== undefined && fields[times.startField] === null
    ? off("unscheduled", `${times.startField} is empty`)
    : undefined;
}

function off(reason: CancelReason, why: string): MessageChange {
  return { kind: "off", status: cancelStatus(reason), why };
}

function movedIn(
  recordType: RecordType,
  fields: MessageFields,
  mapping: Mapping,
): MessageChange | undefined {
  const times = timeFieldsOf(recordType, mapping);
  // An all-day Event has no moment; only its record says what becomes of it.
  if (times === undefined || fields["IsAllDayEvent"] === "true") {
    return undefined;
  }
  const startAtMs = instantIn(fields, times.startField);
  const endAtMs = instantIn(fields, times.endField);
  return startAtMs === undefined && endAtMs === undefined
    ? undefined
    : {
        kind: "moved",
        ...(startAtMs === undefined ? {} : { startAtMs }),
        ...(endAtMs === undefined ? {} : { endAtMs }),
      };
}

function timeFieldsOf(recordType: RecordType, mapping: Mapping): TimeFields | undefined {
  switch (recordType) {
    case "ServiceAppointment":
      return { startField: "SchedStartTime", endField: "SchedEndTime" };
    case "Event":
      return { startField: "StartDateTime", endField: "EndDateTime" };
    default:
      return datedRules(mapping, recordType);
  }
}

function instantIn(fields: MessageFields, name: string | null): number | undefined {
  return name === null ? undefined : instantSchema.safeParse(fields[name]).data;
}
