import { z } from "zod";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { instantSchema } from "../domain/instant.ts";

// Field security hides a field by leaving it out, so everything that a mapping can do without may be
// absent: absent and null both become null, and "unknown" has one spelling.

/** A Salesforce id of 15 or 18 characters; comes out with 18, a wrong suffix repaired. */
export const recordIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/, "must be a Salesforce id of 15 or 18 characters")
  .transform(canonicalRecordId);

/** A lookup that may be empty or hidden. */
export const lookupSchema = recordIdSchema.nullable().default(null);

/** A text for people; whatever else stands there is no reason to lose the record. */
export const textSchema = z.string().nullable().default(null).catch(null);

/** A checkbox; null when it is hidden. */
export const checkboxSchema = z.boolean().nullable().default(null);

/** A number; null when it is empty or hidden. */
export const numberSchema = z.number().nullable().default(null);

/** A date and time as epoch milliseconds; null when it is empty or hidden. */
export const momentSchema = instantSchema.nullable().default(null);

const daySchema = z.iso.date().transform((day) => ({ kind: "day" as const, day }));

/** A date and time, or a date alone: a day has no zone, so it never becomes an instant. */
export const instantOrDaySchema = z.union([
  instantSchema.transform((ms) => ({ kind: "instant" as const, ms })),
  daySchema,
]);
export type InstantOrDay = z.infer<typeof instantOrDaySchema>;

/** Tells an object from every other JSON value. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
