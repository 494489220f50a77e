import type { Connection } from "../domain/connection.ts";
import type { PromptRef } from "../domain/prompt.ts";
import type { WriteBackRef } from "../domain/write-back.ts";

/** Names the write that news of a recording asks for: none unless the connection stamps records with it. */
export function announceRecording(
  { salesforce, writeBack }: Pick<Connection, "salesforce" | "writeBack">,
  { connection, recordId, promptId }: PromptRef,
  isLinked: boolean,
): readonly WriteBackRef[] {
  const { recordingSeenField, recordingLinkedField } = writeBack;
  const isOff = recordingSeenField === null && recordingLinkedField === null;
  const kind = isLinked ? "recording-linked" : "recording-seen";
  return salesforce === undefined || isOff
    ? []
    : [{ connection, recordId, kind, promptId, awaits: "recorded" }];
}
