import { crmObjectsOf } from "./crm-objects-of.ts";
import type { EventRecord } from "./crm-record.ts";
import {
  cancelMapped,
  headOf,
  ignoreMapped,
  type MapContext,
  type Mapped,
  visitMapped,
} from "./mapped.ts";
import type { SecondHop } from "./record-graph.ts";
import { repsOfEvent } from "./reps-of-users.ts";
import { timesOf } from "./times-of.ts";
import { PLAIN_TITLE, titleOf } from "./title-of.ts";
import {
  type Finding,
  finding,
  relationOf,
  walkRelation,
  withWorkOrderOpportunity,
} from "./walk-relation.ts";

const DAY_MINUTES = 24 * 60;

/** Maps a calendar Event: the parent of a meeting, never an invitee's copy or the master of a series. */
export function mapEvent(record: EventRecord, hop: SecondHop, context: MapContext): Mapped {
  const ending = endingOf(record, hop, context);
  if (ending !== undefined) {
    return ending;
  }
  const { StartDateTime } = record;
  return StartDateTime === null
    ? cancelMapped(headOf(record), "unscheduled", "StartDateTime is empty")
    : visitOf({ ...record, StartDateTime }, hop, context);
}

function endingOf(
  record: EventRecord,
  { serviceAppointmentIds }: SecondHop,
  { connection }: MapContext,
): Mapped | undefined {
  const head = headOf(record);
  if (record.IsChild === true) {
    return ignoreMapped(head, "child_event", "An invitee's copy; the meeting's own Event decides");
  }
  if (record.IsRecurrence === true) {
    return ignoreMapped(head, "series_master", "The master of a series is no meeting");
  }
  if (record.IsDeleted === true) {
    return cancelMapped(head, "deleted", "The record is in the recycle bin");
  }
  const [serviceAppointmentId] = serviceAppointmentIds;
  if (serviceAppointmentId !== undefined) {
    const why = `ServiceAppointment ${serviceAppointmentId} is the same visit`;
    return ignoreMapped(head, "duplicate_of_sa", why);
  }
  return connection.mapping.requireRelated && !isRelated(record)
    ? ignoreMapped(head, "filtered", "Nothing is related to the Event (mapping.requireRelated)")
    : undefined;
}

function isRelated({ WhoId, WhatId, AccountId }: EventRecord): boolean {
  return WhoId !== null || WhatId !== null || AccountId !== null;
}

type TimedRecord = EventRecord & { readonly StartDateTime: number };

function visitOf(record: TimedRecord, hop: SecondHop, { connection }: MapContext): Mapped {
  const { mapping, schedule } = connection;
  const { crmObjects, customer, why } = crmObjectsOf(
    { objectType: "Event", objectId: record.Id },
    walkEvent(record, hop),
  );
  const isAllDay = record.IsAllDayEvent === true;
  const owner = { userId: record.OwnerId, user: record.Owner, field: "the Event's owner" };
  return visitMapped(headOf(record), {
    status: "scheduled",
    times: timesOf(
      {
        startAtMs: record.StartDateTime,
        endAtMs: isAllDay ? null : record.EndDateTime,
        durationMinutes: isAllDay ? DAY_MINUTES : record.DurationInMinutes,
      },
      schedule.defaultDurationMinutes,
    ),
    title: record.IsPrivate === true ? PLAIN_TITLE : titleOf(record.Subject, customer),
    crmObjects,
    found: isAllDay ? ALL_DAY : repsOfEvent(owner, hop.invitees, mapping.includeInvitees),
    why,
    warnings: relationWarnings(record),
  });
}

/** An all-day Event has no moment to prompt at: its midnight is a marker without a zone. */
const ALL_DAY = {
  reps: [],
  holdReason: "all_day",
  why: ["Reps: an all-day Event has no moment at which to prompt"],
  warnings: [],
} as const;

/** The walk from an Event to its customer: who is met, then what it is about; what comes first wins. */
function walkEvent(record: EventRecord, hop: SecondHop): readonly Finding[] {
  const who = walkRelation(relationOf(record.Who, record.WhoId), "the Event's Who");
  const about = relationOf(record.What, record.WhatId);
  const what = walkRelation(
    withWorkOrderOpportunity(about, hop.workOrderOpportunityId),
    "the Event's What",
  );
  const account = { Id: record.AccountId, Name: record.Account };
  return [
    ...who.filter(({ objectType }) => objectType === "Contact" || objectType === "Lead"),
    ...what,
    finding("Account", account, "the Event's AccountId"),
    ...who,
  ];
}

function relationWarnings(record: EventRecord): readonly string[] {
  return [record.WhoId, record.WhatId]
    .filter((id) => id !== null)
    .flatMap((id) => {
      const relation = relationOf(id === record.WhoId ? record.Who : record.What, id);
      const isKnown = relation !== null && relation.type !== "Other";
      return isKnown ? [] : [`The related record ${id} is of no type that leads to a customer`];
    });
}
