import type { Connection } from "../domain/connection.ts";
import type { PromptRef } from "../domain/prompt.ts";
import type { WriteBackRef } from "../domain/write-back.ts";

/** Names the write that a prompt's first acceptance by a device asks for: none unless the connection stamps records. */
export function announceSent(
  { salesforce, writeBack }: Pick<Connection, "salesforce" | "writeBack">,
  { connection, recordId, promptId }: PromptRef,
): readonly WriteBackRef[] {
  return salesforce === undefined || writeBack.promptSentField === null
    ? []
    : [{ connection, recordId, kind: "prompt-sent", promptId, awaits: "sent" }];
}
