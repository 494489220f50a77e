import { z } from "zod";

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The years 0 to 9999: before and after them ISO text has a form that nobody reads. */
const FIRST_MS = Date.parse("0000-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** Says whether epoch milliseconds can be written as ISO text, and read again. */
export function isWritableMoment(ms: number): boolean {
  return ms >= FIRST_MS && ms <= LAST_MS;
}

/**
 * A moment: ISO-8601 text with a zone becomes epoch milliseconds.
 *
 * Salesforce's REST form `2026-03-08T09:30:00.000+0000` (offset without colon) is accepted,
 * which `z.iso.datetime` refuses.
 */
export const instantSchema = z.string().transform((text, context) => {
  const ms = ISO_INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!isWritableMoment(ms)) {
    context.addIssue({
      code: "custom",
      message: "must be an ISO-8601 date and time with a zone, like 2026-03-08T09:30:00Z",
    });
    return z.NEVER;
  }
  return ms;
});

/** Writes epoch milliseconds as ISO-8601 in UTC. */
export function isoInstant(ms: number): string {
  return new Date(ms).toISOString();
}
