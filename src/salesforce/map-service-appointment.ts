import { crmObjectsOf } from "./crm-objects-of.ts";
import type { ServiceAppointmentRecord } from "./crm-record.ts";
import {
  cancelMapped,
  headOf,
  ignoreMapped,
  type MapContext,
  type Mapped,
  visitMapped,
} from "./mapped.ts";
import type { SecondHop } from "./record-graph.ts";
import type { RecordRelation } from "./record-relations.ts";
import { repsOfResources } from "./reps-of-resources.ts";
import { minutesOf, timesOf } from "./times-of.ts";
import { titleOf } from "./title-of.ts";
import { parentOf, walkServiceAppointment } from "./walk-service-appointment.ts";

/** Appointment types that take place at a distance; the names are each org's own. */
const REMOTE = /video|phone|call\b|virtual|online|remote|web/i;
/** A beginning further before the planned start belongs to an earlier try at the same visit. */
const EARLIEST_BEGIN_MS = 12 * 3_600_000;
/** The status categories a visit can still take place in. */
const STANDING: ReadonlySet<string> = new Set([
  "None",
  "Scheduled",
  "Dispatched",
  "CheckedIn",
  "InProgress",
]);

/** Maps a ServiceAppointment; what decides is the status category, never the org's own status labels. */
export function mapServiceAppointment(
  record: ServiceAppointmentRecord,
  hop: SecondHop,
  context: MapContext,
): Mapped {
  const ending = endingOf(record, hop, context);
  if (ending !== undefined) {
    return ending;
  }
  const { SchedStartTime } = record;
  return SchedStartTime === null
    ? cancelMapped(headOf(record), "unscheduled", "SchedStartTime is empty")
    : visitOf({ ...record, SchedStartTime }, hop, context);
}

function endingOf(
  record: ServiceAppointmentRecord,
  { isParentGone }: SecondHop,
  { connection }: MapContext,
): Mapped | undefined {
  const head = headOf(record);
  if (record.IsDeleted === true) {
    return cancelMapped(head, "deleted", "The record is in the recycle bin");
  }
  if (record.IsBundleMember === true) {
    return ignoreMapped(head, "filtered", "The bundle's own appointment stands for its members");
  }
  if (connection.mapping.inPersonOnly && REMOTE.test(record.AppointmentType ?? "")) {
    const why = `AppointmentType ${record.AppointmentType} is not in person (mapping.inPersonOnly)`;
    return ignoreMapped(head, "filtered", why);
  }
  return isParentGone
    ? cancelMapped(head, "parent_gone", "The work order of the appointment is gone")
    : endedByCategory(record);
}

function endedByCategory(record: ServiceAppointmentRecord): Mapped | undefined {
  const why = `StatusCategory is ${record.StatusCategory}`;
  switch (record.StatusCategory) {
    case "Canceled":
      return cancelMapped(headOf(record), "canceled", why);
    case "CannotComplete":
      return cancelMapped(headOf(record), "cannot_complete", why);
    case "Completed":
      return cancelMapped(headOf(record), "completed", why);
    default:
      return undefined;
  }
}

type BookedRecord = ServiceAppointmentRecord & { readonly SchedStartTime: number };

function visitOf(record: BookedRecord, hop: SecondHop, { connection }: MapContext): Mapped {
  const { mapping, schedule } = connection;
  const parent = parentOf(record, hop.workOrderOpportunityId);
  const customer = crmObjectsOf(
    { objectType: "ServiceAppointment", objectId: record.Id },
    walkServiceAppointment(record, parent, hop.contactRoles),
  );
  const times = timesOf(
    {
      startAtMs: record.SchedStartTime,
      endAtMs: record.SchedEndTime,
      durationMinutes: minutesOf(record.Duration, record.DurationType),
    },
    schedule.defaultDurationMinutes,
  );
  return visitMapped(headOf(record), {
    status: isUnderWay(record) ? "in-progress" : "scheduled",
    times,
    title: titleOf(
      record.Subject?.trim() ? record.Subject : record.AppointmentNumber,
      customer.customer,
    ),
    crmObjects: customer.crmObjects,
    found: repsOfResources({
      rows: record.ServiceResources,
      crewMembers: hop.crewMembers,
      startAtMs: record.SchedStartTime,
      mapping,
    }),
    duplicateEventIds: eventIdsOf(record),
    why: customer.why,
    warnings: [...parentWarnings(record, parent), ...categoryWarnings(record)],
  });
}

/** The category says so, or the rep has begun and not ended, at most a little before the planned start. */
function isUnderWay(record: BookedRecord): boolean {
  const { StatusCategory, ActualStartTime, ActualEndTime, SchedStartTime } = record;
  if (StatusCategory === "InProgress") {
    return true;
  }
  return (
    ActualStartTime !== null &&
    ActualEndTime === null &&
    ActualStartTime >= SchedStartTime - EARLIEST_BEGIN_MS
  );
}

function parentWarnings(
  { ParentRecordId, ParentRecordType }: ServiceAppointmentRecord,
  parent: RecordRelation | null,
): readonly string[] {
  if (ParentRecordId === null || (parent !== null && parent.type !== "Other")) {
    return [];
  }
  const type = ParentRecordType ?? parent?.objectType ?? "an unknown type";
  return [`The parent ${ParentRecordId} (${type}) is of no type that leads to a customer`];
}

function categoryWarnings({ StatusCategory }: ServiceAppointmentRecord): readonly string[] {
  return StatusCategory !== null && STANDING.has(StatusCategory)
    ? []
    : [`StatusCategory ${StatusCategory ?? "(hidden)"} is unknown; the visit is taken to stand`];
}

/** Scheduler makes a calendar Event for each resource: the same visit a second time. */
function eventIdsOf({ ServiceResources }: ServiceAppointmentRecord): readonly string[] {
  const ids = ServiceResources.map(({ EventId }) => EventId).filter((id) => id !== null);
  return [...new Set(ids)];
}
