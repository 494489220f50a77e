import { z } from "zod";

/** Behind fifteen digits Salesforce writes AAA: eighteen digits are another CRM's id, whose last three count. */
const SALESFORCE_ID = /^(?!\d{18}$)[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;
const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/**
 * Returns the canonical 18-character form of a Salesforce id, or the text itself when it has another shape.
 *
 * A 15-character id gets its suffix. A wrong suffix is repaired, never rejected: in a mixed-case body the
 * body is right; in a body of one case the suffix restores the case.
 *
 * @see https://help.salesforce.com/s/articleView?id=000383751 for the checksum
 */
export function canonicalRecordId(id: string): string {
  if (!SALESFORCE_ID.test(id)) {
    return id;
  }
  const body = id.slice(0, 15);
  const isOneCase = body === body.toUpperCase() || body === body.toLowerCase();
  const restored = id.length === 18 && isOneCase ? restoreCase(body, id.slice(15)) : body;
  return restored + suffixOf(restored);
}

/** Says whether two organization or record ids name the same thing: the first 15 characters decide. */
export function isSameSalesforceId(left: string, right: string): boolean {
  return left.length >= 15 && left.slice(0, 15) === right.slice(0, 15);
}

/** An id of a CRM record: Salesforce's 15 or 18 characters (made 18), or another CRM's safe token. */
export const crmRecordIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a record id: letters, digits, dot, dash")
  .transform(canonicalRecordId);

function suffixOf(body: string): string {
  return [0, 5, 10]
    .map((start) => SUFFIX_ALPHABET.charAt(upperCaseBits(body.slice(start, start + 5))))
    .join("");
}

function upperCaseBits(block: string): number {
  return [...block].reduce((bits, char, at) => (/[A-Z]/.test(char) ? bits | (1 << at) : bits), 0);
}

function restoreCase(body: string, suffix: string): string {
  const bits = [...suffix.toUpperCase()].map((char) => SUFFIX_ALPHABET.indexOf(char));
  if (bits.some((value) => value < 0)) {
    return body;
  }
  const cased = [...body].map((char, at) => {
    const isUpper = ((bits[Math.floor(at / 5)] ?? 0) >> (at % 5)) & 1;
    return isUpper ? char.toUpperCase() : char.toLowerCase();
  });
  const restored = cased.join("");
  return suffixOf(restored) === suffix.toUpperCase() ? restored : body;
}
