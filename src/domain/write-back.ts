import { z } from "zod";

/** Custom fields only: a write into a standard field could move the visit that it tells of. */
const customFieldSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,76}__c$/,
    "must be the API name of a custom field, such as Siro_Start_Link__c",
  )
  .nullable()
  .default(null);

/** The fields of an appointment's record that the bridge fills; null leaves one alone. */
export const writeBackSchema = z.strictObject({
  startLinkField: customFieldSchema,
  stopLinkField: customFieldSchema,
  promptSentField: customFieldSchema,
  recordingSeenField: customFieldSchema,
  recordingStoppedField: customFieldSchema,
  recordingLinkedField: customFieldSchema,
});
export type WriteBack = Readonly<z.infer<typeof writeBackSchema>>;

/** The pointer of one write as it waits in the queue; what is written is decided when it is written. */
export const writeBackRefSchema = z.object({
  connection: z.string(),
  recordId: z.string(),
  kind: z.enum([
    "start-link",
    "stop-link",
    "prompt-sent",
    "recording-seen",
    "recording-stopped",
    "recording-linked",
  ]),
  /** The prompt that came, went, was sent, or began a recording. */
  promptId: z.string(),
  /** What the books must show before the write makes sense: it waits before the plan is committed. */
  awaits: z.enum(["planned", "dropped", "sent", "recorded"]),
});
export type WriteBackRef = Readonly<z.infer<typeof writeBackRefSchema>>;

/** The id of one write. The prompt stands for the value: a link's token must not stand in ids, which are logged. */
export function writeBackIdOf(ref: WriteBackRef): string {
  const { connection, recordId, kind, promptId, awaits } = ref;
  return [connection, recordId, kind, promptId, awaits].join("-");
}

/** The names of the fields that are on. */
export function writeBackFields(writeBack: WriteBack): readonly string[] {
  return Object.values(writeBack).filter((field) => field !== null);
}
