import { z } from "zod";

/**
 * What is known to have happened after a prompt was sent, weakest evidence first.
 *
 * delivered: the device showed it · opened: the rep tapped it, or opened its page · returned: Siro brought the rep
 * back.
 */
export const receiptKindSchema = z.enum(["delivered", "opened", "returned"]);
export type ReceiptKind = z.infer<typeof receiptKindSchema>;

/** One piece of evidence. The first of its kind stays; later and weaker ones change nothing. */
export const receiptSchema = z.object({
  kind: receiptKindSchema,
  promptId: z.string(),
  userId: z.string(),
  /** The device that gave the evidence, where it is known. */
  deviceId: z.string().optional(),
  source: z.enum(["service-worker", "rep-page", "go-page", "done-page"]),
  atMs: z.int(),
});
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

/** How strong a kind of evidence is; only the order counts. */
export function receiptRank(kind: ReceiptKind): number {
  return receiptKindSchema.options.indexOf(kind);
}
