import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { isJsonObject } from "./record-fields.ts";

/** Names of fields that hold ids; a text that happens to have 18 letters is none. */
const ID_FIELD = /(Id|__c)$/;
const LONG_ID = /^[A-Za-z0-9]{18}$/;
const MAX_DEPTH = 6;

/** Lists the 18-character ids of an answer whose suffix did not fit, one sentence each. */
export function recordRepairs(raw: unknown, depth = 0): readonly string[] {
  if (depth > MAX_DEPTH) {
    return [];
  }
  if (Array.isArray(raw)) {
    return raw.flatMap((one) => recordRepairs(one, depth + 1));
  }
  if (!isJsonObject(raw)) {
    return [];
  }
  return Object.entries(raw).flatMap(([field, value]) =>
    typeof value === "string" ? repairOf(field, value) : recordRepairs(value, depth + 1),
  );
}

function repairOf(field: string, value: string): readonly string[] {
  if (!(ID_FIELD.test(field) && LONG_ID.test(value))) {
    return [];
  }
  const repaired = canonicalRecordId(value);
  return repaired === value ? [] : [`The id ${value} in ${field} was repaired to ${repaired}`];
}
