import { z } from "zod";

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * A moment: ISO-8601 text with a zone becomes epoch milliseconds.
 *
 * Salesforce's REST form `2026-03-08T09:30:00.000+0000` (offset without colon) is accepted,
 * which `z.iso.datetime` refuses.
 */
export const instantSchema = z.string().transform((text, context) => {
  const ms = ISO_INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
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
