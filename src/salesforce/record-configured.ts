import type { Connection } from "../domain/connection.ts";
import { type DatedRules, datedRules, isDatedType } from "../domain/dated-object.ts";
import { isJsonObject } from "./record-fields.ts";

type Mapping = Connection["mapping"];

/** A raw record with the configured fields where the schemas look for them, and the fields it should have. */
export interface ConfiguredRaw {
  readonly raw: Readonly<Record<string, unknown>>;
  /** Configured fields that the answer does not hold at all. */
  readonly missing: readonly string[];
}

/**
 * Puts the fields that only a connection's mapping knows by name under fixed names.
 *
 * On a dated object: `configured`, with start, end, the rep's user id and the rep's own fields.
 * On a work order (also one behind a line item): `configuredOpportunityId`.
 */
export function withConfigured(
  raw: Readonly<Record<string, unknown>>,
  objectType: string,
  mapping: Mapping,
): ConfiguredRaw {
  return isDatedType(objectType)
    ? withDates(raw, datedRules(mapping, objectType))
    : { raw: withOpportunities(raw, mapping.workOrder.opportunityPath), missing: [] };
}

function withDates(
  raw: Readonly<Record<string, unknown>>,
  dated: DatedRules | undefined,
): ConfiguredRaw {
  if (dated === undefined) {
    return { raw, missing: [] };
  }
  const { startField, endField, repField } = dated;
  const configured = {
    start: valueAt(raw, startField),
    end: valueAt(raw, endField),
    repUserId: valueAt(raw, repField),
    rep: valueAt(raw, repField === null ? null : relationshipOf(repField)),
  };
  // Without these two a visit would be canceled or offered to the wrong person; the end has a fallback.
  const missing = [startField, repField].filter(
    (field) => field !== null && valueAt(raw, field) === undefined,
  );
  return { raw: { ...raw, configured }, missing: missing.filter((field) => field !== null) };
}

function withOpportunities(
  raw: Readonly<Record<string, unknown>>,
  path: string | null,
): Readonly<Record<string, unknown>> {
  return {
    ...raw,
    ParentRecord: withOpportunity(raw["ParentRecord"], path),
    What: withOpportunity(raw["What"], path),
  };
}

function withOpportunity(related: unknown, path: string | null): unknown {
  if (!isJsonObject(related)) {
    return related;
  }
  const found = { ...related, configuredOpportunityId: valueAt(related, path) };
  return isJsonObject(related["WorkOrder"])
    ? { ...found, WorkOrder: withOpportunity(related["WorkOrder"], path) }
    : found;
}

/**
 * Names the relationship behind a lookup field: `Closer__c` is walked as `Closer__r`, `OwnerId` as `Owner`.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_understanding.htm
 */
export function relationshipOf(lookupField: string): string {
  return lookupField.replace(/__c$/, "__r").replace(/Id$/, "");
}

/** Reads `Project__r.Opportunity__c`; undefined when the answer lacks it, null when a step on the way is empty. */
function valueAt(raw: Readonly<Record<string, unknown>>, path: string | null): unknown {
  if (path === null) {
    return undefined;
  }
  return path.split(".").reduce<unknown>(stepInto, raw);
}

function stepInto(value: unknown, key: string): unknown {
  if (value === null) {
    return null;
  }
  return isJsonObject(value) ? value[key] : undefined;
}
