import { z } from "zod";

/** What Siro tells by itself; there is no event for the start or the end of a recording. */
export const siroEventTypeSchema = z.enum([
  "integrations.recordingProcessed",
  "integrations.recordingLinked",
]);

/**
 * One webhook of Siro, proven and accepted.
 *
 * Both types carry both flags as they stand and come in any order; what follows is decided by the flags and
 * the recording, not by the type.
 *
 * @see https://docs.siro.ai/webhooks.json
 */
export const siroEventSchema = z.object({
  connection: z.string(),
  /** Svix' id of the message: the same over all tries. */
  messageId: z.string().min(1),
  receivedAtMs: z.int(),
  eventType: siroEventTypeSchema,
  recordingId: z.string().min(1),
  isProcessed: z.boolean(),
  isLinked: z.boolean(),
  siroUserId: z.string().optional(),
  /** What the recording hangs on, where Siro says so. */
  crm: z
    .object({
      integrationConnectionId: z.string().optional(),
      recordIds: z.array(z.string()),
    })
    .optional(),
});
export type SiroEvent = Readonly<z.infer<typeof siroEventSchema>>;
