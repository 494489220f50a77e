import type { Prompt, PromptRecording } from "./prompt.ts";

/** What a prompt is known to have begun. */
export type Begun = Pick<Prompt, "recording" | "furtherRecordings">;

/** Lists all recordings that a prompt began, the first one first. */
export function recordingsOf({
  recording,
  furtherRecordings = [],
}: Begun): readonly PromptRecording[] {
  return recording === undefined ? [] : [recording, ...furtherRecordings];
}

/** Finds one of the recordings that a prompt began by its id. */
export function recordingNamed(
  prompt: Begun,
  recordingId: string | undefined,
): PromptRecording | undefined {
  return recordingId === undefined
    ? undefined
    : recordingsOf(prompt).find((one) => one.recordingId === recordingId);
}
