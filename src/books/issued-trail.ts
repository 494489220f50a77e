import type { IssuedPrompt } from "../domain/prompt.ts";

/** What the issued prompts say about the rep's recorder. */
export interface IssuedTrail {
  /** The appointment that the recorder should be recording, by what was asked last. */
  readonly openRecordId: string | undefined;
  /** Since when, epoch milliseconds; 0 when nothing is open. */
  readonly openSinceMs: number;
  /** The last prompt issued for one appointment. */
  lastOf(recordId: string): IssuedPrompt | undefined;
}

/** Reads the issued prompts, oldest first: a start or restart opens a recording, a stop closes it. */
export function readIssuedTrail(issued: readonly IssuedPrompt[]): IssuedTrail {
  const last = issued.at(-1);
  const isOpen = last !== undefined && last.action !== "stop";
  return {
    openRecordId: isOpen ? last.recordId : undefined,
    openSinceMs: isOpen ? last.atMs : 0,
    lastOf: (recordId) => issued.findLast((one) => one.recordId === recordId),
  };
}
