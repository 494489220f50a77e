import type { Connection } from "../domain/connection.ts";
import type { CrmRecord, ServiceAppointmentRecord } from "./crm-record.ts";
import type { WantedQuery } from "./run-queries.ts";
import { CONTACT_ROLE_FIELDS, SERVICE_RESOURCE_FIELDS, userPart } from "./soql-records.ts";
import { idIn, type Selection } from "./soql-text.ts";

/** The queries around records; each brings one kind of rows that hang on other records. */
export type HopName = "invitees" | "duplicates" | "contact-roles" | "crew" | "orders" | "items";

/** A query around records, and by which field its rows belong to them. */
export interface HopQuery {
  readonly name: HopName;
  readonly key: "EventId" | "OpportunityId" | "ServiceCrewId" | "Id";
  readonly query: WantedQuery;
}

type HopPlan = Omit<HopQuery, "query"> & {
  readonly selection: Selection;
  readonly all?: boolean;
  readonly tail?: string;
};

/** Invitations are no part of an Event: such rows come and go without it. */
const INVITEES: HopPlan = {
  name: "invitees",
  key: "EventId",
  selection: {
    from: "EventRelation",
    fields: ["EventId", "RelationId", "Status"],
    typeofs: [userPart("Relation")],
  },
};

/** Scheduler makes an Event for each resource of a ServiceAppointment. */
const DUPLICATES: HopPlan = {
  name: "duplicates",
  key: "EventId",
  selection: {
    from: "AssignedResource",
    fields: ["ServiceAppointmentId", "EventId"],
    required: ["EventId"],
  },
};

const ROLES: HopPlan = {
  name: "contact-roles",
  key: "OpportunityId",
  selection: {
    from: "OpportunityContactRole",
    fields: ["OpportunityId", ...CONTACT_ROLE_FIELDS],
  },
  tail: "ORDER BY IsPrimary DESC, CreatedDate ASC, Id ASC",
};

const CREW: HopPlan = {
  name: "crew",
  key: "ServiceCrewId",
  selection: {
    from: "ServiceCrewMember",
    fields: [
      ...["ServiceCrewId", "ServiceResourceId", "StartDate", "EndDate", "IsLeader"],
      ...SERVICE_RESOURCE_FIELDS,
    ],
  },
};

const ORDERS: HopPlan = {
  name: "orders",
  key: "Id",
  selection: { from: "WorkOrder", fields: ["Id", "IsDeleted"] },
  all: true,
};

const ITEMS: HopPlan = {
  name: "items",
  key: "Id",
  selection: { from: "WorkOrderLineItem", fields: ["Id", "IsDeleted"] },
  all: true,
};

/** What is asked together with Events. */
export function queriesAroundEvents(eventIds: readonly string[]): readonly HopQuery[] {
  return [...hop(INVITEES, eventIds), ...hop(DUPLICATES, eventIds)];
}

/** What can only be asked once the records are known; usually nothing. */
export function secondHopQueries(
  records: readonly CrmRecord[],
  { expandCrews }: Connection["mapping"],
): readonly HopQuery[] {
  const appointments = records.flatMap((one) =>
    one.type === "ServiceAppointment" && one.IsDeleted !== true ? [one] : [],
  );
  const lost = appointments.flatMap(lostParentId);
  return [
    ...hop(ROLES, appointments.flatMap(opportunityWithoutContact)),
    ...hop(CREW, expandCrews ? appointments.flatMap(crewIdsOf) : []),
    ...hop(
      ORDERS,
      lost.filter((id) => id.startsWith("0WO")),
    ),
    ...hop(
      ITEMS,
      lost.filter((id) => id.startsWith("1WL")),
    ),
  ];
}

/** The opportunity whose contact role stands in for the contact that the appointment does not name. */
export function opportunityWithoutContact(record: ServiceAppointmentRecord): readonly string[] {
  const isWanted = record.ParentRecord?.type === "Opportunity" && record.ContactId === null;
  return isWanted && record.ParentRecordId !== null ? [record.ParentRecordId] : [];
}

/** The crews that are assigned instead of people. */
export function crewIdsOf({ ServiceResources }: ServiceAppointmentRecord): readonly string[] {
  return ServiceResources.flatMap(({ ServiceResource }) =>
    ServiceResource?.ResourceType === "C" && ServiceResource.ServiceCrewId !== null
      ? [ServiceResource.ServiceCrewId]
      : [],
  );
}

/** A work order (line) that is named but was not given: deleted, or not for us to see. */
export function lostParentId(record: ServiceAppointmentRecord): readonly string[] {
  const { ParentRecord, ParentRecordId } = record;
  const isLost = ParentRecord === null && /^(0WO|1WL)/.test(ParentRecordId ?? "");
  return isLost && ParentRecordId !== null ? [ParentRecordId] : [];
}

function hop(plan: HopPlan, ids: readonly string[]): readonly HopQuery[] {
  const { name, key, selection, all = false, tail } = plan;
  const where = idIn(key, [...new Set(ids)]);
  const condition = tail === undefined ? { where } : { where, tail };
  return ids.length === 0 ? [] : [{ name, key, query: { selection, condition, all } }];
}
