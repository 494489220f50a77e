import type { Connection } from "../domain/connection.ts";
import type { PromptRef } from "../domain/prompt.ts";
import type { ReceiptKind } from "../domain/receipt.ts";
import type { WriteBackRef } from "../domain/write-back.ts";

/** Names the write that news of a recording asks for, told by what: none unless the connection stamps records with it. */
export function announceRecording(
  { salesforce, writeBack }: Pick<Connection, "salesforce" | "writeBack">,
  { connection, recordId, promptId }: PromptRef,
  by: ReceiptKind,
): readonly WriteBackRef[] {
  const { recordingSeenField, recordingStoppedField, recordingLinkedField } = writeBack;
  const fields = [recordingSeenField, recordingStoppedField, recordingLinkedField];
  const isOff = fields.every((field) => field === null);
  return salesforce === undefined || isOff
    ? []
    : [{ connection, recordId, kind: kindOf(by), promptId, awaits: "recorded" }];
}

function kindOf(by: ReceiptKind): WriteBackRef["kind"] {
  switch (by) {
    case "linked":
      return "recording-linked";
    case "stopped":
      return "recording-stopped";
    default:
      return "recording-seen";
  }
}
