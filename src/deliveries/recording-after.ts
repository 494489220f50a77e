import type { Prompt, PromptRecording } from "../domain/prompt.ts";
import { isSurer, type Receipt } from "../domain/receipt.ts";

/**
 * Says what is known about the recording that a prompt began, after a receipt; undefined when it says nothing
 * about that. Pure.
 *
 * The surest receipt says which recording it is, of equally sure ones the one that was told first. Of each moment
 * the earliest counts, in whatever order they are told. What ended before the prompt was sent is another
 * recording, and what merely hangs on the visit's records may be one.
 */
export function recordingAfter(
  { action, recording, firedAtMs = 0 }: Pick<Prompt, "action" | "recording" | "firedAtMs">,
  receipt: Receipt,
): PromptRecording | undefined {
  const { kind, atMs } = receipt;
  if (action === "stop") {
    return undefined;
  }
  switch (kind) {
    case "recording":
      return seen(recording, receipt);
    case "stopped":
      return atMs < firedAtMs
        ? undefined
        : { ...seen(recording, receipt), endedAtMs: earliest(recording?.endedAtMs, atMs) };
    case "linked":
      return isOther(recording, receipt)
        ? undefined
        : { ...seen(recording, receipt), linkedAtMs: earliest(recording?.linkedAtMs, atMs) };
    default:
      return undefined;
  }
}

/** By the visit's records alone a link counts only for the recording that is known to be the prompt's. */
function isOther(
  recording: PromptRecording | undefined,
  { certainty, recordingId }: Receipt,
): boolean {
  const isKnown = recording !== undefined && recording.recordingId === recordingId;
  return certainty === "objects" && !isKnown;
}

function seen(
  known: PromptRecording | undefined,
  { certainty = "token", recordingId, atMs }: Receipt,
): PromptRecording {
  if (known === undefined) {
    return { ...(recordingId === undefined ? {} : { recordingId }), certainty, seenAtMs: atMs };
  }
  const isBetter = isSurer(certainty, known.certainty);
  const best = (isBetter ? recordingId : undefined) ?? known.recordingId ?? recordingId;
  return {
    ...known,
    ...(best === undefined ? {} : { recordingId: best }),
    certainty: isBetter ? certainty : known.certainty,
    seenAtMs: Math.min(known.seenAtMs, atMs),
  };
}

function earliest(known: number | undefined, atMs: number): number {
  return Math.min(known ?? atMs, atMs);
}
