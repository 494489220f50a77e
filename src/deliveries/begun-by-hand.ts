import type { RepState } from "../books/rep-state.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { RecorderSign } from "../domain/recorder-trail.ts";
import { recordingsOf } from "../domain/recordings-of.ts";
import type { Evidence } from "./record-receipt.ts";
import { lastBegin, visitAround } from "./running-recording.ts";

/**
 * Finds the recordings that a rep began by hand for a visit, as evidence for the visit's last start. Pure.
 *
 * By rep and time alone: the recording began round the time of this one visit, no link began it, no prompt has it
 * already, it was not thrown away, and it had not ended when the start was sent. A visit may have several: the rep
 * ends one and begins again, or the app splits it.
 */
export function begunByHand(state: RepState, userId: string): readonly Evidence[] {
  const known = new Set(
    state.visits
      .flatMap(({ prompts }) => prompts)
      .flatMap(recordingsOf)
      .map(({ recordingId }) => recordingId),
  );
  return state.recorder.flatMap(({ sign, atMs, recordingId, isByLink }) => {
    if (sign !== "start" || isByLink || recordingId === undefined || known.has(recordingId)) {
      return [];
    }
    const prompt = beginAround(state, userId, atMs);
    return prompt === undefined ? [] : evidenceFor(state, prompt, { recordingId, atMs });
  });
}

/** The last start of the only visit round a moment, unless it has a recording that Siro did not name. */
function beginAround(state: RepState, userId: string, atMs: number): Prompt | undefined {
  const recordId = visitAround(state.visits, { userId, atMs });
  const visit = state.visits.find(({ stored }) => stored.appointment.recordId === recordId);
  const prompt = visit && lastBegin(visit);
  const isNamed = prompt && recordingsOf(prompt).every((one) => one.recordingId !== undefined);
  return isNamed ? prompt : undefined;
}

interface Beginning {
  readonly recordingId: string;
  readonly atMs: number;
}

function evidenceFor(
  { recorder }: RepState,
  { promptId, firedAtMs = 0 }: Prompt,
  { recordingId, atMs }: Beginning,
): readonly Evidence[] {
  const signOf = (sign: RecorderSign["sign"]) =>
    recorder.find((one) => one.sign === sign && one.recordingId === recordingId);
  const end = signOf("stop");
  if (signOf("cancelled") !== undefined || (end !== undefined && end.atMs < firedAtMs)) {
    return [];
  }
  const certainty = { certainty: "time", source: "siro-events", isByHand: true } as const;
  const base = { ...certainty, promptId, recordingId };
  return [
    { ...base, kind: "recording", atMs },
    ...(end === undefined ? [] : [{ ...base, kind: "stopped", atMs: end.atMs } as const]),
  ];
}
