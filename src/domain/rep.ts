import { z } from "zod";
import { crmRecordIdSchema } from "./crm-record-id.ts";

/** The person with the phone, keyed by connection and Salesforce user id. Siro matches reps by e-mail. */
export const repSchema = z.object({
  userId: crmRecordIdSchema,
  /** An empty one counts as none: CRMs write unset fields that way. */
  email: z.preprocess((text) => (text === "" ? undefined : text), z.email().max(254).optional()),
  name: z.string().trim().max(200).optional(),
  timeZone: z
    .string()
    .refine(isTimeZone, "must be an IANA time zone, like America/Denver")
    .optional(),
  /** With whom the rep's visits are counted together; in Salesforce the name of the user's role. */
  team: z.preprocess(
    (text) => (typeof text === "string" && text.trim() === "" ? undefined : text),
    z.string().trim().max(200).optional(),
  ),
});
export type Rep = Readonly<z.infer<typeof repSchema>>;

/** To try a name takes a tenth of a millisecond and more, and every appointment that is read names its reps' zones. */
const KNOWN_ZONES = new Set<string>();
/** There are some six hundred; they may be written in any case. */
const MOST_KNOWN = 1_000;

function isTimeZone(name: string): boolean {
  if (KNOWN_ZONES.has(name)) {
    return true;
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return false;
  }
  if (KNOWN_ZONES.size < MOST_KNOWN) {
    KNOWN_ZONES.add(name);
  }
  return true;
}
