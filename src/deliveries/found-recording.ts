import { receiptCommand } from "../books/appointment-book.ts";
import { rememberRecordingCommand } from "../books/siro-recording-book.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { recordingAfter } from "./recording-after.ts";
import type { RunningRecording } from "./running-recording.ts";

/** A prompt that was found to be done, and the evidence for it. */
export interface FoundDone {
  readonly prompt: Prompt;
  readonly commands: readonly RedisCommand[];
}

/** Gives a start the recording that its rep began by hand, as evidence by rep and time. */
export function foundRecording(
  prompt: Prompt,
  ref: PromptRef,
  { recordingId, sinceMs }: RunningRecording,
): FoundDone {
  const receipt: Receipt = {
    kind: "recording",
    promptId: prompt.promptId,
    userId: prompt.userId,
    source: "siro-events",
    certainty: "time",
    isByHand: true,
    atMs: sinceMs,
    ...(recordingId === undefined ? {} : { recordingId }),
  };
  return {
    prompt: { ...prompt, ...recordingAfter(prompt, receipt) },
    commands: [
      receiptCommand(ref, receipt),
      ...(recordingId === undefined ? [] : [rememberRecordingCommand(ref, recordingId)]),
    ],
  };
}
