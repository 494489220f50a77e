import { type RecordRelation, recordRelationSchema } from "./record-relations.ts";

/** One record on the way from the appointment to its customer. */
export interface Finding {
  readonly objectType: "Opportunity" | "Lead" | "Account" | "Contact";
  /** Null when only the name is worth something, as of a lead that was converted. */
  readonly id: string | null;
  readonly name: string | null;
  /** By which rule it was found, to follow the type and the id in a sentence. */
  readonly why: string;
}

const OPPORTUNITY_PREFIX = "006";

/** The types whose ids tell them. @see https://help.salesforce.com/s/articleView?id=000385203 */
const TYPE_OF_PREFIX: ReadonlyMap<string, RecordRelation["type"]> = new Map([
  ["001", "Account"],
  ["003", "Contact"],
  [OPPORTUNITY_PREFIX, "Opportunity"],
  ["00Q", "Lead"],
  ["0WO", "WorkOrder"],
  ["1WL", "WorkOrderLineItem"],
  ["02i", "Asset"],
  ["500", "Case"],
]);

/**
 * What a lookup points at: the record as answered, or as much as its id alone tells.
 *
 * A relation is missing or of type "Name" when the query could not ask for its fields.
 */
export function relationOf(
  relation: RecordRelation | null,
  id: string | null,
): RecordRelation | null {
  if (relation !== null && relation.type !== "Other") {
    return { ...relation, Id: relation.Id ?? id };
  }
  const type = TYPE_OF_PREFIX.get((id ?? "").slice(0, 3));
  if (type === undefined) {
    return relation;
  }
  return recordRelationSchema.parse({ attributes: { type }, Id: id, Name: relation?.Name });
}

const NO_WORK_ORDER = { AccountId: null, ContactId: null };

/** Adds the opportunity that a second request found at the end of the configured path; null adds none. */
export function withWorkOrderOpportunity(
  relation: RecordRelation | null,
  configuredOpportunityId: string | null,
): RecordRelation | null {
  if (configuredOpportunityId === null) {
    return relation;
  }
  switch (relation?.type) {
    case "WorkOrder":
      return { ...relation, configuredOpportunityId };
    case "WorkOrderLineItem":
      return {
        ...relation,
        WorkOrder: { ...(relation.WorkOrder ?? NO_WORK_ORDER), configuredOpportunityId },
      };
    default:
      return relation;
  }
}

/** Walks from a related record to what Siro knows; `role` says what it is to the appointment. */
export function walkRelation(relation: RecordRelation | null, role: string): readonly Finding[] {
  switch (relation?.type) {
    case "Account":
      return [finding("Account", relation, role)];
    case "Contact":
      return [
        finding("Contact", relation, role),
        finding("Account", { Id: relation.AccountId }, `the account of ${role}`),
      ];
    case "Opportunity":
      return [
        finding("Opportunity", relation, role),
        finding(
          "Account",
          { Id: relation.AccountId, Name: relation.Account },
          `the account of ${role}`,
        ),
      ];
    case "Lead":
      return walkLead(relation, role);
    case "WorkOrder":
      return walkCarrier(relation, role);
    case "WorkOrderLineItem":
      return walkCarrier(relation.WorkOrder, `the work order of ${role}`);
    case "Asset":
    case "Case":
      return walkCarrier(relation, role);
    case "Other":
    case undefined:
      return [];
  }
}

/** The fields of a lead that say who it is and what became of it. */
export interface LeadState {
  readonly Id: string | null;
  readonly Name: string | null;
  readonly IsConverted: boolean | null;
  readonly ConvertedAccountId: string | null;
  readonly ConvertedContactId: string | null;
  readonly ConvertedOpportunityId: string | null;
}

/** Follows a converted lead to what it became; an open lead stands for itself. */
export function walkLead(lead: LeadState, role: string): readonly Finding[] {
  if (!isConverted(lead)) {
    return [finding("Lead", lead, role)];
  }
  const became = `what the converted lead became (${role})`;
  return [
    finding("Opportunity", { Id: lead.ConvertedOpportunityId }, became),
    finding("Account", { Id: lead.ConvertedAccountId }, became),
    finding("Contact", { Id: lead.ConvertedContactId }, became),
    finding("Lead", { Id: null, Name: lead.Name }, became),
  ];
}

/** Names one record of the walk; a record without an id is found by nobody. */
export function finding(
  objectType: Finding["objectType"],
  found: { readonly Id: string | null; readonly Name?: string | null },
  why: string,
): Finding {
  return { objectType, id: found.Id, name: found.Name ?? null, why };
}

function isConverted({ IsConverted, ConvertedAccountId, ConvertedContactId }: LeadState): boolean {
  return IsConverted === true || ConvertedAccountId !== null || ConvertedContactId !== null;
}

interface Carrier {
  readonly AccountId: string | null;
  readonly ContactId: string | null;
  readonly configuredOpportunityId?: string | null;
}

/** Work orders, assets and cases are walked through, never emitted. */
function walkCarrier(carrier: Carrier | null, role: string): readonly Finding[] {
  if (carrier === null) {
    return [];
  }
  const { configuredOpportunityId = null, AccountId, ContactId } = carrier;
  // A path that ends at another object would hand Siro an id under the wrong type.
  const isOpportunity = configuredOpportunityId?.startsWith(OPPORTUNITY_PREFIX) === true;
  const Id = isOpportunity ? configuredOpportunityId : null;
  return [
    finding("Opportunity", { Id }, `the opportunity of ${role}`),
    finding("Account", { Id: AccountId }, `the account of ${role}`),
    finding("Contact", { Id: ContactId }, `the contact of ${role}`),
  ];
}
