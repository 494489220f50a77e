import { z } from "zod";
import { type RecordType, recordTypeSchema } from "./appointment.ts";

/** A lookup's API name, also behind other lookups; their names end so, in every org. */
const userLookupSchema = z
  .string()
  .regex(
    /^([A-Za-z]\w*\.)*[A-Za-z]\w*(__c|Id)$/,
    "must be a lookup to a user, such as Closer__c, OwnerId or Rep__r.User__c",
  );

const datedRulesSchema = z.strictObject({
  startField: z.string().min(1),
  endField: z.string().min(1).nullable().default(null),
  repField: userLookupSchema.nullable().default(null),
});
/** The fields of an object that hold the time of a visit, and its rep. */
export type DatedRules = Readonly<z.infer<typeof datedRulesSchema>>;

/** Objects that are appointments only where a connection names their date fields, each with its key in `mapping`. */
export const DATED_KEYS = { Lead: "lead", Opportunity: "opportunity" } as const satisfies Partial<
  Record<RecordType, string>
>;
/** An object whose visits stand in fields of the org's own. */
export type DatedType = keyof typeof DATED_KEYS;
type DatedKey = (typeof DATED_KEYS)[DatedType];

/** The part of a mapping's schema that names the date fields. */
export const datedShape = {
  lead: datedRulesSchema.optional(),
  opportunity: datedRulesSchema.optional(),
} satisfies Record<DatedKey, z.ZodType>;

/** Tells the objects that have to be configured from those that are appointments by themselves. */
export function isDatedType(type: string): type is DatedType {
  return Object.hasOwn(DATED_KEYS, type);
}

/** The same objects as a list, in the order of all record types. */
export const DATED_TYPES: readonly DatedType[] = recordTypeSchema.options.filter(isDatedType);

/** What a mapping says of an object; undefined where none of its records is an appointment. */
export function datedRules(
  mapping: Readonly<Partial<Record<DatedKey, DatedRules | undefined>>>,
  type: DatedType,
): DatedRules | undefined {
  return mapping[DATED_KEYS[type]];
}
