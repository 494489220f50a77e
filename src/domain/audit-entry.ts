import { z } from "zod";

/** What the audit trail tells of a change, beside who and when; never a secret. */
const auditNoteSchema = z.object({
  /** What was done, in a few plain words: "Rotated the signing secret". */
  what: z.string(),
  connection: z.string().optional(),
  /** What was changed: a record id, a device id, a user name. */
  subject: z.string().optional(),
  before: z.record(z.string(), z.unknown()).optional(),
  after: z.record(z.string(), z.unknown()).optional(),
});

/** One line of the audit trail. */
export const auditEntrySchema = auditNoteSchema.extend({
  atMs: z.int(),
  /** Who did it: a user name, `API token`, or `(nobody)` where nobody was signed in. */
  who: z.string(),
});

/** One line of the audit trail. */
export type AuditEntry = Readonly<z.infer<typeof auditEntrySchema>>;
