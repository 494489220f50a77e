import { z } from "zod";
import { recordTypeSchema } from "./appointment.ts";
import type { ChannelKind } from "./device.ts";
import { receiptCertaintySchema } from "./receipt.ts";

/** What a prompt asks the rep's recorder to do. */
export const promptActionSchema = z.enum(["start", "stop", "restart"]);
export type PromptAction = z.infer<typeof promptActionSchema>;

/**
 * Where a prompt stands.
 *
 * waiting: its moment has not come · due: its moment came, no device has accepted it yet · sent: a device
 * accepted it · superseded: a newer plan took its place before it was sent · skipped: at its moment there
 * was no reason left to send it · expired: nobody took it while it was useful.
 */
export const promptStateSchema = z.enum([
  "waiting",
  "due",
  "sent",
  "superseded",
  "skipped",
  "expired",
]);
export type PromptState = z.infer<typeof promptStateSchema>;

/** What Siro told about the recording that a prompt began; the times are Siro's own. */
const promptRecordingSchema = z.object({
  /** Absent where Siro did not say it. */
  recordingId: z.string().optional(),
  certainty: receiptCertaintySchema,
  /** The rep began it in the app, not by a link. */
  isByHand: z.boolean().optional(),
  /** The earliest moment at which it was known to run. */
  seenAtMs: z.int(),
  endedAtMs: z.int().optional(),
  linkedAtMs: z.int().optional(),
});
export type PromptRecording = Readonly<z.infer<typeof promptRecordingSchema>>;

/** One thing we ask one rep to do for one appointment, at a time. Times are epoch milliseconds. */
export const promptSchema = z.object({
  promptId: z.string(),
  userId: z.string(),
  recordType: recordTypeSchema,
  recordId: z.string(),
  action: promptActionSchema,
  dueAtMs: z.int(),
  expiresAtMs: z.int(),
  /** The number of the plan that made this prompt; later plans have higher numbers. */
  generation: z.int(),
  state: promptStateSchema,
  /** Why this prompt exists, or why it ended, in a few words. */
  reason: z.string(),
  /** For a restart: the appointment whose recording it ends. */
  endsRecordId: z.string().optional(),
  /** The opaque token of `/go/` and `/done/`; made when the prompt is planned. */
  token: z.string(),
  /** When the hold began that kept it from being sent, or keeps it. */
  heldSinceMs: z.int().optional(),
  /** When its moment came. */
  firedAtMs: z.int().optional(),
  /** When the first device accepted it. */
  sentAtMs: z.int().optional(),
  /** When the rep first followed it: opened, or came back from Siro. Nobody is reminded after that. */
  answeredAtMs: z.int().optional(),
  /** The recording that it began, once Siro told of one; of several the surest, of these the earliest. */
  recording: promptRecordingSchema.optional(),
  /** The others of the same visit, oldest first: the rep began again, or the app split one. */
  furtherRecordings: z.array(promptRecordingSchema).optional(),
  /** What Siro told last about the customer's consent. */
  consent: z
    .object({
      status: z.string(),
      atMs: z.int(),
      /** Nobody knows whether it is about this visit's recording; nothing follows from it. */
      isUnsure: z.boolean().optional(),
    })
    .optional(),
  /** When nothing had confirmed that it began a recording; evidence that comes later outweighs it. */
  notConfirmedAtMs: z.int().optional(),
});
export type Prompt = Readonly<z.infer<typeof promptSchema>>;

/** Where a prompt stands at a given time: one that nobody took while it was useful is expired. */
export function promptStateAt({ state, expiresAtMs }: Prompt, nowMs: number): PromptState {
  return state === "due" && nowMs >= expiresAtMs ? "expired" : state;
}

/**
 * Says whether Siro confirmed that a prompt began a recording; undefined for one that asks for none.
 *
 * Absence of evidence proves nothing: "not-confirmed" never means that nothing was recorded.
 */
export function confirmationOf({
  action,
  recording,
  notConfirmedAtMs,
}: Prompt): "confirmed" | "not-confirmed" | "unknown" | undefined {
  if (action === "stop") {
    return undefined;
  }
  const unconfirmed = notConfirmedAtMs === undefined ? "unknown" : "not-confirmed";
  return recording === undefined ? unconfirmed : "confirmed";
}

/**
 * Says whether a prompt needs no more reminding through a channel, because the rep followed it.
 *
 * An integration still hears of it, but of a restart nobody does: it must not be followed twice.
 */
export function isAnsweredFor(
  { answeredAtMs, action }: Pick<Prompt, "answeredAtMs" | "action">,
  channel: ChannelKind,
): boolean {
  return answeredAtMs !== undefined && (channel !== "webhook" || action === "restart");
}

/** The pointer that waits in the queue; the truth is read at the prompt's moment. */
export const promptRefSchema = z.object({
  connection: z.string(),
  userId: z.string(),
  recordId: z.string(),
  promptId: z.string(),
});
export type PromptRef = Readonly<z.infer<typeof promptRefSchema>>;

/** A prompt that was really offered to a device: the rep may have followed it. */
export const issuedPromptSchema = z.object({
  promptId: z.string(),
  recordId: z.string(),
  action: promptActionSchema,
  atMs: z.int(),
  /** The appointment's start as it stood when the prompt was issued. */
  startAtMs: z.int(),
});
export type IssuedPrompt = Readonly<z.infer<typeof issuedPromptSchema>>;
