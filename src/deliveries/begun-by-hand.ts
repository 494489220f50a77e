import type { RepState } from "../books/rep-state.ts";
import type { Evidence } from "./record-receipt.ts";
import { lastBegin, visitAround } from "./running-recording.ts";

/**
 * Finds the recordings that a rep began by hand for a visit, as evidence for the visit's last start. Pure.
 *
 * By rep and time alone: the recording began round the time of this one visit, no link began it, and no prompt has
 * it already.
 */
export function begunByHand(state: RepState, userId: string): readonly Evidence[] {
  const known = new Set(
    state.visits.flatMap(({ prompts }) => prompts.map(({ recording }) => recording?.recordingId)),
  );
  return state.recorder.flatMap(({ sign, atMs, recordingId, isByLink }) => {
    if (sign !== "start" || isByLink || recordingId === undefined || known.has(recordingId)) {
      return [];
    }
    const recordId = visitAround(state.visits, { userId, atMs });
    const visit = state.visits.find(({ stored }) => stored.appointment.recordId === recordId);
    const prompt = visit && lastBegin(visit);
    if (prompt === undefined || prompt.recording !== undefined) {
      return [];
    }
    const base = { promptId: prompt.promptId, recordingId } as const;
    return evidenceOf(state, { ...base, certainty: "time", source: "siro-events", atMs });
  });
}

function evidenceOf(state: RepState, base: Omit<Evidence, "kind">): readonly Evidence[] {
  const end = state.recorder.find(
    ({ sign, recordingId }) => sign === "stop" && recordingId === base.recordingId,
  );
  return [
    { ...base, kind: "recording" },
    ...(end === undefined ? [] : [{ ...base, kind: "stopped", atMs: end.atMs } as const]),
  ];
}
