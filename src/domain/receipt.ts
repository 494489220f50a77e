import { z } from "zod";

/**
 * What is known to have happened after a prompt was sent, weakest evidence first.
 *
 * delivered: the device showed it · opened: the rep tapped it, or opened its page · returned: Siro brought the rep
 * back · received: Siro's app got the link · consumed: it acted on the link · recording: its recorder began by a
 * link · stopped: that recording ended · linked: the finished recording hangs on the CRM's records.
 *
 * The order is the ladder: receipts only rise, and rungs may be missing. Nothing below `recording` proves that
 * anything is recorded, and no rung's absence proves anything.
 */
export const receiptKindSchema = z.enum([
  "delivered",
  "opened",
  "returned",
  "received",
  "consumed",
  "recording",
  "stopped",
  "linked",
]);
export type ReceiptKind = z.infer<typeof receiptKindSchema>;

/**
 * How sure it is that the evidence belongs to this prompt, surest first.
 *
 * token: the link carries the prompt's own token · url: it is the very link · objects: it names the same CRM
 * records · time: the same rep, at the right time.
 */
export const receiptCertaintySchema = z.enum(["token", "url", "objects", "time"]);
export type ReceiptCertainty = z.infer<typeof receiptCertaintySchema>;

/** One piece of evidence. The first of its kind stays, unless a surer one comes; weaker ones change nothing. */
export const receiptSchema = z.object({
  kind: receiptKindSchema,
  promptId: z.string(),
  userId: z.string(),
  /** The device that gave the evidence, where it is known. */
  deviceId: z.string().optional(),
  source: z.enum([
    "service-worker",
    "rep-page",
    "go-page",
    "done-page",
    "siro-events",
    "siro-webhook",
  ]),
  /** Absent where the evidence names the prompt itself. */
  certainty: receiptCertaintySchema.optional(),
  /** Siro's id of the recording that the evidence is about, where Siro says it. */
  recordingId: z.string().optional(),
  /** It tells of another recording of the prompt than the first such receipt does. */
  isFurther: z.boolean().optional(),
  /** The recording was begun in the app, not by a link. */
  isByHand: z.boolean().optional(),
  atMs: z.int(),
});
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

/** Says whether one certainty is better than another; evidence that names its prompt itself has none and is best. */
export function isSurer(
  one: ReceiptCertainty | undefined,
  other: ReceiptCertainty | undefined,
): boolean {
  const rank = (certainty: ReceiptCertainty | undefined) =>
    certainty === undefined ? -1 : receiptCertaintySchema.options.indexOf(certainty);
  return rank(one) < rank(other);
}

/** How strong a kind of evidence is; only the order counts. */
export function receiptRank(kind: ReceiptKind): number {
  return receiptKindSchema.options.indexOf(kind);
}
