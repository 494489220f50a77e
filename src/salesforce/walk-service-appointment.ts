import type { ServiceAppointmentRecord } from "./crm-record.ts";
import type { RecordRelation } from "./record-relations.ts";
import type { ContactRole } from "./record-rows.ts";
import {
  type Finding,
  finding,
  relationOf,
  walkRelation,
  withWorkOrderOpportunity,
} from "./walk-relation.ts";

/** The record the appointment is for, with the opportunity that a second request found for a work order. */
export function parentOf(
  { ParentRecord, ParentRecordId }: ServiceAppointmentRecord,
  workOrderOpportunityId: string | null,
): RecordRelation | null {
  return withWorkOrderOpportunity(relationOf(ParentRecord, ParentRecordId), workOrderOpportunityId);
}

/**
 * Walks from a ServiceAppointment to its customer; what comes first wins.
 *
 * An open lead stands alone: whoever it will become is not known yet.
 */
export function walkServiceAppointment(
  record: ServiceAppointmentRecord,
  parent: RecordRelation | null,
  contactRoles: readonly ContactRole[],
): readonly Finding[] {
  const onward = walkRelation(parent, `the parent ${parent?.type ?? "record"}`);
  if (onward.some(({ objectType, id }) => objectType === "Lead" && id !== null)) {
    return onward;
  }
  const ownAccount = finding(
    "Account",
    { Id: record.AccountId, Name: record.Account },
    "the appointment's AccountId",
  );
  const isFromWorkOrder = parent?.type === "WorkOrder" || parent?.type === "WorkOrderLineItem";
  return [
    finding(
      "Contact",
      { Id: record.ContactId, Name: record.Contact },
      "the appointment's ContactId",
    ),
    ...(isFromWorkOrder ? [ownAccount, ...onward] : [...onward, ownAccount]),
    ...(parent?.type === "Opportunity" ? walkContactRoles(contactRoles) : []),
  ];
}

/** Takes the contact whose role in the opportunity is the primary one; a mere role does not say who is met. */
export function walkContactRoles(contactRoles: readonly ContactRole[]): readonly Finding[] {
  return contactRoles
    .filter(({ IsPrimary }) => IsPrimary === true)
    .map(({ ContactId, Contact }) =>
      finding(
        "Contact",
        { Id: ContactId, Name: Contact },
        "the opportunity's primary contact role",
      ),
    );
}
