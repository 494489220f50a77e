import type { RecordType } from "../../domain/appointment.ts";
import type { Connection } from "../../domain/connection.ts";
import { canonicalRecordId, isSameSalesforceId } from "../../domain/crm-record-id.ts";
import { datedRules, isDatedType } from "../../domain/dated-object.ts";
import { CLIENT_NAME } from "../client-name.ts";
import type { ChangePayload } from "./change-payload.ts";

/** What an event means: records to be read, or a look at all that changed, or nothing. */
export interface ChangeMeaning {
  readonly occurredAtMs: number;
  readonly records: readonly { readonly recordType: RecordType; readonly recordId: string }[];
  /** The event does not say which records; the reconcile poll can find out. */
  readonly wantsLook: boolean;
}

/** What judging an event needs to know. */
export interface ChangeContext {
  readonly connection: Pick<Connection, "mapping" | "reconcile">;
  /** The user the bridge signs in as, if known. */
  readonly ownUserId: string | undefined;
}

/** How the bridge names itself in what it writes to the org; see `Sforce-Call-Options`. */
const OWN_CLIENT = new RegExp(`client=${CLIENT_NAME}\\b`);

const RECORD_ID = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;

/** An id that stands for none: an overflow has no usable ids. */
const EMPTY_ID = /^0+(AAA)?$/;

type Change = Extract<ChangePayload, { kind: "change" }>;

/**
 * Says which records an event means.
 *
 * Created, changed, deleted, restored: the record is read, whatever happened to it. So it is after a gap,
 * which says that something happened and not what.
 */
export function recordsOfChange(payload: ChangePayload, context: ChangeContext): ChangeMeaning {
  if (payload.kind === "platform-event") {
    const { createdAtMs: occurredAtMs, serviceAppointmentIds } = payload;
    return named(occurredAtMs, "ServiceAppointment", serviceAppointmentIds);
  }
  const { commitTimestamp, changeType } = payload.ChangeEventHeader;
  if (isOwn(payload, context)) {
    return nothing(commitTimestamp);
  }
  if (changeType === "GAP_OVERFLOW") {
    return look(commitTimestamp);
  }
  return changed(payload, context);
}

function changed(payload: Change, { connection }: ChangeContext): ChangeMeaning {
  const { entityName, recordIds, commitTimestamp } = payload.ChangeEventHeader;
  const { mapping, reconcile } = connection;
  switch (entityName) {
    case "ServiceAppointment":
      return named(commitTimestamp, entityName, recordIds);
    case "Event":
      // An invitee's copy; its parent's own event and the invitation tell the same.
      return payload.IsChild === true
        ? nothing(commitTimestamp)
        : named(commitTimestamp, entityName, recordIds);
    case "AssignedResource":
      return hangingOn(payload, "ServiceAppointment", reconcile.everySeconds > 0);
    case "EventRelation":
      return hangingOn(payload, "Event", reconcile.everySeconds > 0);
    default:
      return isDatedType(entityName) && datedRules(mapping, entityName) !== undefined
        ? named(commitTimestamp, entityName, recordIds)
        : nothing(commitTimestamp);
  }
}

/** A change that left the lookup as it was does not name it: the next poll finds what it hangs on. */
function hangingOn(
  { ChangeEventHeader: { commitTimestamp }, ServiceAppointmentId, EventId }: Change,
  recordType: "ServiceAppointment" | "Event",
  isPolled: boolean,
): ChangeMeaning {
  const recordId = recordType === "Event" ? EventId : ServiceAppointmentId;
  if (recordId != null) {
    return named(commitTimestamp, recordType, [recordId]);
  }
  return isPolled ? nothing(commitTimestamp) : look(commitTimestamp);
}

/** What the bridge itself wrote changes no visit. */
function isOwn({ ChangeEventHeader: header }: Change, { ownUserId }: ChangeContext): boolean {
  return (
    ownUserId !== undefined &&
    isSameSalesforceId(header.commitUser, ownUserId) &&
    OWN_CLIENT.test(header.changeOrigin)
  );
}

/** Instead of ids there can be a pattern that stands for all records of an object. */
function named(
  occurredAtMs: number,
  recordType: RecordType,
  ids: readonly string[],
): ChangeMeaning {
  const usable = ids.filter((id) => RECORD_ID.test(id) && !EMPTY_ID.test(id));
  const recordIds = [...new Set(usable.map(canonicalRecordId))];
  return {
    occurredAtMs,
    records: recordIds.map((recordId) => ({ recordType, recordId })),
    wantsLook: usable.length < ids.length,
  };
}

function look(occurredAtMs: number): ChangeMeaning {
  return { occurredAtMs, records: [], wantsLook: true };
}

function nothing(occurredAtMs: number): ChangeMeaning {
  return { occurredAtMs, records: [], wantsLook: false };
}
