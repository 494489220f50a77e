import { z } from "zod";
import { recordTypeSchema } from "../../domain/appointment.ts";
import { isoInstant } from "../../domain/instant.ts";
import { promptActionSchema } from "../../domain/prompt.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";

const moment = z.iso.datetime();
const rep = z.object({ userId: z.string(), email: z.string().optional() });

/** What an integration gets when a prompt is due. */
export const promptDueBodySchema = z.object({
  type: z.literal("prompt.due"),
  timestamp: moment,
  data: z.object({
    promptId: z.string(),
    action: promptActionSchema,
    dueAt: moment,
    expiresAt: moment,
    /** Siro's own link. */
    link: z.string(),
    /** The bridge's page whose single button is the link. */
    openUrl: z.string(),
    connection: z.string(),
    rep,
    appointment: z.object({
      recordType: recordTypeSchema,
      recordId: z.string(),
      title: z.string(),
      startAt: moment,
      endAt: moment,
    }),
  }),
});

/** What it gets when somebody asks for a test. */
export const promptTestBodySchema = z.object({
  type: z.literal("prompt.test"),
  timestamp: moment,
  data: z.object({ promptId: z.string(), connection: z.string(), rep }),
});

/** Words a prompt for an integration. */
export function webhookBody(
  message: PromptMessage,
  nowMs: number,
): z.infer<typeof promptDueBodySchema> | z.infer<typeof promptTestBodySchema> {
  const timestamp = isoInstant(nowMs);
  const { connection, rep: who } = message;
  const person = { userId: who.userId, ...(who.email === undefined ? {} : { email: who.email }) };
  if (message.kind === "test") {
    const { promptId } = message;
    return { type: "prompt.test", timestamp, data: { promptId, connection, rep: person } };
  }
  const { prompt, appointment, link, openUrl } = message;
  return {
    type: "prompt.due",
    timestamp,
    data: {
      promptId: prompt.promptId,
      action: prompt.action,
      dueAt: isoInstant(prompt.dueAtMs),
      expiresAt: isoInstant(prompt.expiresAtMs),
      link,
      openUrl,
      connection,
      rep: person,
      appointment: {
        recordType: appointment.recordType,
        recordId: appointment.recordId,
        title: appointment.title,
        startAt: isoInstant(appointment.startAtMs),
        endAt: isoInstant(appointment.endAtMs),
      },
    },
  };
}
