import type { LinkFindings } from "./link-findings.ts";
import type { LinkRules } from "./link-options.ts";
import { CRM_OBJECT_TYPES, type CrmObject, type CrmObjectType } from "./recording-link.ts";
import { longSalesforceId, looksLikeSalesforceId } from "./salesforce-id.ts";

/** First three characters of a standard Salesforce id. @see https://help.salesforce.com/s/articleView?id=000385203 */
const KEY_PREFIXES = new Map<CrmObjectType, string>([
  ["Lead", "00Q"],
  ["Account", "001"],
  ["Contact", "003"],
  ["Opportunity", "006"],
  ["Event", "00U"],
  ["ServiceAppointment", "08p"],
]);

/** Gives the objects to send: normal ids, no duplicates, first one wins; `undefined` when there are none. */
export function checkCrmObjects(
  crmObjects: unknown,
  rules: LinkRules,
  findings: LinkFindings,
): readonly CrmObject[] | undefined {
  if (crmObjects === undefined || crmObjects === null) {
    return undefined;
  }
  if (!isArray(crmObjects)) {
    const message = "crmObjects must be an array of objects";
    findings.issues.push({ code: "INVALID_CRM_OBJECTS", field: "crmObjects", message });
    return undefined;
  }
  const accepted = new Map<string, CrmObject>();
  for (const [at, entry] of crmObjects.entries()) {
    const crmObject = checkCrmObject({ entry, field: `crmObjects[${at}]` }, rules, findings);
    if (crmObject !== undefined) {
      const key = `${crmObject.objectType}:${crmObject.objectId}`;
      accepted.set(key, accepted.get(key) ?? crmObject);
    }
  }
  return accepted.size === 0 ? undefined : [...accepted.values()];
}

/** One entry of `crmObjects` whose fields nobody has checked yet. */
export interface CrmObjectEntry {
  readonly objectType?: unknown;
  readonly objectId?: unknown;
}

/** Says whether a value is an object with named fields, as each entry of `crmObjects` must be. */
export function isEntry(value: unknown): value is CrmObjectEntry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface CrmObjectDraft {
  readonly entry: unknown;
  readonly field: string;
}

function checkCrmObject(
  { entry, field }: CrmObjectDraft,
  rules: LinkRules,
  findings: LinkFindings,
): CrmObject | undefined {
  if (!isEntry(entry)) {
    const message = `${field} must be an object with objectType and objectId`;
    findings.issues.push({ code: "INVALID_CRM_OBJECTS", field, message });
    return undefined;
  }
  const objectType = objectTypeOf(entry.objectType, rules.allowUndocumented);
  if (objectType === undefined) {
    const message = `${field}.objectType must be one of ${CRM_OBJECT_TYPES.join(", ")}`;
    findings.issues.push({ code: "INVALID_OBJECT_TYPE", field: `${field}.objectType`, message });
  }
  const objectId = objectIdOf(entry.objectId);
  if (objectId === undefined) {
    const message = `${field}.objectId must be a text that is not empty`;
    findings.issues.push({ code: "INVALID_OBJECT_ID", field: `${field}.objectId`, message });
  }
  if (objectType === undefined || objectId === undefined) {
    return undefined;
  }
  warnOfPrefix({ objectType, objectId }, `${field}.objectId`, findings);
  return { objectType, objectId: rules.normalizeIds ? longSalesforceId(objectId) : objectId };
}

function warnOfPrefix(
  { objectType, objectId }: CrmObject,
  field: string,
  findings: LinkFindings,
): void {
  const prefix = KEY_PREFIXES.get(objectType);
  if (prefix !== undefined && looksLikeSalesforceId(objectId) && !objectId.startsWith(prefix)) {
    const message = `${field} does not start with ${prefix}, as ids of a ${objectType} do`;
    findings.warnings.push({ code: "OBJECT_ID_PREFIX_MISMATCH", field, message });
  }
}

function objectTypeOf(value: unknown, allowUndocumented: boolean): CrmObjectType | undefined {
  if (allowUndocumented && value === "Engagement") {
    return value;
  }
  return CRM_OBJECT_TYPES.find((objectType) => objectType === value);
}

function objectIdOf(value: unknown): string | undefined {
  return typeof value === "string" && value.isWellFormed() ? value.trim() || undefined : undefined;
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
