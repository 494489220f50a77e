import type { DatedRules } from "../domain/dated-object.ts";
import { crmObjectsOf } from "./crm-objects-of.ts";
import type { LeadRecord, OpportunityRecord } from "./crm-record.ts";
import {
  cancelMapped,
  headOf,
  ignoreMapped,
  type MapContext,
  type Mapped,
  type RepFinding,
  visitMapped,
} from "./mapped.ts";
import type { InstantOrDay } from "./record-fields.ts";
import { type NamedUser, repOfOwner } from "./reps-of-users.ts";
import { timesOf } from "./times-of.ts";
import { oneLine, titleOf } from "./title-of.ts";
import { type Finding, finding, walkLead } from "./walk-relation.ts";
import { walkContactRoles } from "./walk-service-appointment.ts";

const DAY_MINUTES = 24 * 60;

type DatedRecord = LeadRecord | OpportunityRecord;
type Configured = NonNullable<DatedRecord["configured"]>;

/** Maps a Lead whose org keeps the time of the visit in a field of its own; conversion does not end it. */
export function mapLead(record: LeadRecord, context: MapContext): Mapped {
  const head = headOf(record);
  if (record.IsDeleted === true) {
    return record.MasterRecordId === null
      ? cancelMapped(head, "deleted", "The record is in the recycle bin")
      : mergedInto(cancelMapped(head, "merged", `Merged into ${record.MasterRecordId}`), record);
  }
  return mapDated(record, context, {
    findings: walkLead(record, "the appointment itself"),
    title: titleOf(oneLine(record.Name) || record.Company, record.Company),
    dated: context.connection.mapping.lead,
  });
}

function mergedInto(mapped: Mapped, { MasterRecordId }: LeadRecord): Mapped {
  return mapped.kind === "cancel" && MasterRecordId !== null
    ? { ...mapped, replacedByRecordId: MasterRecordId }
    : mapped;
}

/** Maps an Opportunity whose org keeps the time of the visit in a field of its own; closing it ends the visit. */
export function mapOpportunity(record: OpportunityRecord, context: MapContext): Mapped {
  const head = headOf(record);
  if (record.IsDeleted === true) {
    return cancelMapped(head, "deleted", "The record is in the recycle bin");
  }
  if (context.connection.mapping.opportunity !== undefined && record.IsClosed === true) {
    return cancelMapped(head, "closed", "The opportunity is closed");
  }
  return mapDated(record, context, {
    findings: walkOpportunity(record),
    title: titleOf(record.Name, null),
    dated: context.connection.mapping.opportunity,
  });
}

function walkOpportunity(record: OpportunityRecord): readonly Finding[] {
  const account = { Id: record.AccountId, Name: record.Account };
  return [
    finding("Opportunity", record, "the appointment itself"),
    finding("Account", account, "the opportunity's account"),
    ...walkContactRoles(record.OpportunityContactRoles),
  ];
}

interface DatedDraft {
  readonly findings: readonly Finding[];
  readonly title: string;
  readonly dated: DatedRules | undefined;
}

function mapDated(record: DatedRecord, { connection }: MapContext, draft: DatedDraft): Mapped {
  const head = headOf(record);
  const { configured } = record;
  const { dated } = draft;
  if (dated === undefined || configured === null) {
    const why = `No date field is configured for ${record.type} (mapping)`;
    return ignoreMapped(head, "filtered", why);
  }
  if (configured.start === null) {
    return cancelMapped(head, "unscheduled", `${dated.startField} is empty`);
  }
  const { crmObjects, why } = crmObjectsOf(null, draft.findings);
  const isDay = configured.start.kind === "day";
  return visitMapped(head, {
    status: "scheduled",
    times: timesOf(
      {
        startAtMs: instantOf(configured.start),
        endAtMs: configured.end?.kind === "instant" ? configured.end.ms : null,
        durationMinutes: isDay ? DAY_MINUTES : null,
      },
      connection.schedule.defaultDurationMinutes,
    ),
    title: draft.title,
    crmObjects,
    found: isDay ? dayFound(dated.startField) : repOfOwner(...usersOf(record, configured, dated)),
    why,
    warnings: [],
  });
}

/** A date alone has no moment: its midnight stands for the day and is never prompted at. */
function instantOf(start: InstantOrDay): number {
  return start.kind === "instant" ? start.ms : Date.parse(start.day);
}

function dayFound(startField: string): RepFinding {
  const why = `Reps: ${startField} holds a date without a time, so there is no moment to prompt at`;
  return { reps: [], holdReason: "all_day", why: [why], warnings: [] };
}

function usersOf(
  record: DatedRecord,
  { repUserId, rep }: Configured,
  { repField }: NonNullable<DatedDraft["dated"]>,
): [NamedUser | null, NamedUser] {
  const owner = { userId: record.OwnerId, user: record.Owner, field: `the ${record.type}'s owner` };
  return repField === null
    ? [null, owner]
    : [{ userId: repUserId, user: rep, field: `the configured field ${repField}` }, owner];
}
