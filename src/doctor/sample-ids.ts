import { randomInt } from "node:crypto";
import { canonicalRecordId } from "../domain/crm-record-id.ts";

const NONCE_LENGTH = 5;

/** Draws five letters or digits, so that the ids of different samples are different. */
export function drawNonce(): string {
  return randomInt(36 ** NONCE_LENGTH)
    .toString(36)
    .toUpperCase()
    .padStart(NONCE_LENGTH, "0");
}

/** Makes up a Salesforce id of a type: prefix, `SMP`, nonce, four digits. */
export function sampleId(prefix: string, nonce: string, number: number): string {
  return canonicalRecordId(`${prefix}SMP${nonce}${String(number).padStart(4, "0")}`);
}
