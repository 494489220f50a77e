import { type CrmObjectEntry, isEntry } from "./check-crm-objects.ts";
import type { LinkFindings } from "./link-findings.ts";
import { percentDecode } from "./percent-encoding.ts";

/**
 * Reads the JSON of a `crmObjects` parameter that was decoded once; `undefined` when it is absent or refused.
 *
 * JSON that is still percent-encoded is decoded once more, with a warning. Entries come back unchecked.
 */
export function readCrmObjects(
  text: string | undefined,
  findings: LinkFindings,
): readonly CrmObjectEntry[] | undefined {
  if (text === undefined) {
    return undefined;
  }
  const entries = entriesOf(text) ?? entriesEncodedTwice(text, findings);
  if (entries === undefined) {
    const message = "crmObjects must be a JSON array of objects";
    findings.issues.push({ code: "INVALID_CRM_OBJECTS", field: "crmObjects", message });
  }
  return entries;
}

function entriesEncodedTwice(
  text: string,
  findings: LinkFindings,
): readonly CrmObjectEntry[] | undefined {
  const decoded = percentDecode(text);
  const entries = decoded === undefined ? undefined : entriesOf(decoded);
  if (entries !== undefined) {
    const message = "crmObjects was percent-encoded twice";
    findings.warnings.push({ code: "DOUBLE_ENCODED", field: "crmObjects", message });
  }
  return entries;
}

function entriesOf(text: string): readonly CrmObjectEntry[] | undefined {
  const value = parseJson(text);
  if (!Array.isArray(value)) {
    return undefined;
  }
  const entries: readonly unknown[] = value;
  return entries.every(isEntry) ? entries : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
