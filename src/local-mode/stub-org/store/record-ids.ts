import { canonicalRecordId } from "../../../domain/crm-record-id.ts";

/** Ascending in ASCII, so that later records have greater ids. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const INSTANCE = "5f0000";
const COUNTER_LENGTH = 6;

/** Gives out ids of 18 characters with right checksums, each once; they count up from `after`. */
export function createRecordIds(after = 0): (keyPrefix: string) => string {
  const counters = new Map<string, number>();
  return (keyPrefix) => {
    const next = (counters.get(keyPrefix) ?? after) + 1;
    counters.set(keyPrefix, next);
    const counter = base62(next).padStart(COUNTER_LENGTH, "0");
    return canonicalRecordId(`${keyPrefix}${INSTANCE}${counter}`);
  };
}

function base62(number: number): string {
  const rest = Math.floor(number / DIGITS.length);
  return (rest === 0 ? "" : base62(rest)) + DIGITS.charAt(number % DIGITS.length);
}
