import type { Prompt, PromptRecording } from "../domain/prompt.ts";
import { isSurer, type Receipt } from "../domain/receipt.ts";
import { type Begun, recordingNamed, recordingsOf } from "../domain/recordings-of.ts";

/** A receipt that tells of a recording; without an id it tells of the first. */
type RecordingReceipt = Pick<
  Receipt,
  "kind" | "certainty" | "recordingId" | "isByHand" | "isFurther" | "atMs"
>;

/**
 * Says what is known about the recordings that a prompt began, after a receipt; undefined when it says nothing
 * about that. Pure.
 *
 * A prompt may have begun several: the rep ends one and begins again, or the app splits it. Each keeps its own
 * times, of each the earliest that was told, in whatever order. What ended before the prompt was sent is another
 * recording, and what merely hangs on the visit's records may be one.
 */
export function recordingAfter(
  prompt: Pick<Prompt, "action" | "firedAtMs"> & Begun,
  receipt: RecordingReceipt,
): Begun | undefined {
  const { action, firedAtMs = 0 } = prompt;
  const { kind, atMs } = receipt;
  if (action === "stop") {
    return undefined;
  }
  switch (kind) {
    case "recording":
      return withRecording(prompt, receipt, {});
    case "stopped":
      return atMs < firedAtMs ? undefined : withRecording(prompt, receipt, { endedAtMs: atMs });
    case "linked":
      return isOther(prompt, receipt)
        ? undefined
        : withRecording(prompt, receipt, { linkedAtMs: atMs });
    default:
      return undefined;
  }
}

/**
 * Says whether a receipt is about no recording that a prompt can have begun: another one than those it is known
 * to have, by rep and time alone. Pure.
 */
export function isOfNoPrompt(
  prompt: Begun,
  { kind, certainty, recordingId, isByHand }: Omit<RecordingReceipt, "atMs">,
): boolean {
  const isOfRecorder = kind === "recording" || kind === "stopped";
  const isNamed = prompt.recording?.recordingId !== undefined && recordingId !== undefined;
  const isNew = isNamed && recordingNamed(prompt, recordingId) === undefined;
  return isOfRecorder && isNew && certainty === "time" && isByHand !== true;
}

/** Says whether what was guessed by rep and time gives way to what is known better. */
export function isGuessAgainst(
  known: PromptRecording,
  { certainty }: Pick<Receipt, "certainty">,
): boolean {
  return known.certainty === "time" && known.isByHand !== true && isSurer(certainty, "time");
}

/** By the visit's records alone a link counts only for a recording that is known to be the prompt's. */
function isOther(prompt: Begun, { certainty, recordingId }: RecordingReceipt): boolean {
  const isKnown =
    recordingNamed(prompt, recordingId) !== undefined ||
    (prompt.recording !== undefined && prompt.recording.recordingId === recordingId);
  return certainty === "objects" && !isKnown;
}

type Moments = Pick<PromptRecording, "endedAtMs" | "linkedAtMs">;

function withRecording(prompt: Begun, receipt: RecordingReceipt, moments: Moments): Begun {
  const known = recordingsOf(prompt);
  const told = toldOf(known, receipt);
  const isGuess = (one: PromptRecording) => told === undefined && isGuessAgainst(one, receipt);
  const others = known.filter((one) => one !== told && !isGuess(one));
  const next = { ...seen(told, receipt), ...earliest(told, moments) };
  const [recording, ...further] = [...others, next].sort(bySureness);
  const furtherRecordings = further.sort((left, right) => left.seenAtMs - right.seenAtMs);
  return {
    ...(recording === undefined ? {} : { recording }),
    ...(furtherRecordings.length === 0 ? {} : { furtherRecordings }),
  };
}

/** The recording that a receipt tells of: the named one, else one that has no name yet, or needs none. */
function toldOf(
  known: readonly PromptRecording[],
  { recordingId }: RecordingReceipt,
): PromptRecording | undefined {
  const named = known.find((one) => one.recordingId === recordingId);
  const nameless = known.find((one) => one.recordingId === undefined);
  return named ?? (recordingId === undefined ? known[0] : nameless);
}

function seen(
  known: PromptRecording | undefined,
  { certainty = "token", recordingId, isByHand, atMs }: RecordingReceipt,
): PromptRecording {
  const id = known?.recordingId ?? recordingId;
  const isBetter = known === undefined || isSurer(certainty, known.certainty);
  const best = isBetter ? certainty : known.certainty;
  const hand = known?.isByHand ?? isByHand;
  return {
    ...known,
    ...(id === undefined ? {} : { recordingId: id }),
    ...(hand === undefined ? {} : { isByHand: hand }),
    certainty: best,
    seenAtMs: Math.min(known?.seenAtMs ?? atMs, atMs),
  };
}

function earliest(known: PromptRecording | undefined, { endedAtMs, linkedAtMs }: Moments): Moments {
  return {
    ...(endedAtMs === undefined
      ? {}
      : { endedAtMs: Math.min(known?.endedAtMs ?? endedAtMs, endedAtMs) }),
    ...(linkedAtMs === undefined
      ? {}
      : { linkedAtMs: Math.min(known?.linkedAtMs ?? linkedAtMs, linkedAtMs) }),
  };
}

function bySureness(left: PromptRecording, right: PromptRecording): number {
  const surer = Number(isSurer(right.certainty, left.certainty));
  const lessSure = Number(isSurer(left.certainty, right.certainty));
  const [one = "", other = ""] = [left.recordingId, right.recordingId];
  return surer - lessSure || left.seenAtMs - right.seenAtMs || (one < other ? -1 : 1);
}
