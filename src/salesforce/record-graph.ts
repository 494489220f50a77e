import type { RecordType } from "../domain/appointment.ts";
import type { CrmRecord } from "./crm-record.ts";
import type { ContactRole, CrewMember, EventRelation } from "./record-rows.ts";

/** What a second request may bring; every part may stay empty. */
export interface SecondHop {
  /** Of the opportunity that a ServiceAppointment belongs to. */
  readonly contactRoles: readonly ContactRole[];
  /** Of the crews that are assigned to a ServiceAppointment. */
  readonly crewMembers: readonly CrewMember[];
  /** The opportunity of the work order, when its path is more than one lookup. */
  readonly workOrderOpportunityId: string | null;
  /** The parent or work order was looked for and is deleted. */
  readonly isParentGone: boolean;
  /** Who was invited to an Event. */
  readonly invitees: readonly EventRelation[];
  /** The ServiceAppointments one of whose AssignedResources names this Event as its own. */
  readonly serviceAppointmentIds: readonly string[];
}

/** One record with all that the mapping of it needs. */
export interface RecordGraph extends SecondHop {
  readonly kind: "found";
  readonly record: CrmRecord;
  /** What reading it had to put right. */
  readonly warnings: readonly string[];
}

/** A record that Salesforce says does not exist (any more). */
export interface GoneRecord {
  readonly kind: "gone";
  readonly recordType: RecordType;
  readonly recordId: string;
}

const NO_SECOND_HOP: SecondHop = {
  contactRoles: [],
  crewMembers: [],
  workOrderOpportunityId: null,
  isParentGone: false,
  invitees: [],
  serviceAppointmentIds: [],
};

/** Joins a record to what the second request brought. */
export function recordGraph(
  record: CrmRecord,
  secondHop: Partial<SecondHop> = {},
  warnings: readonly string[] = [],
): RecordGraph {
  return { kind: "found", record, warnings, ...NO_SECOND_HOP, ...secondHop };
}
