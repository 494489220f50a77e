import type { RepState } from "../books/rep-state.ts";
import type { RecorderSign } from "../domain/recorder-trail.ts";
import type { Evidence } from "./record-receipt.ts";
import { lastBegin, visitAround } from "./running-recording.ts";

/**
 * Finds the recordings that a rep began by hand for a visit, as evidence for the visit's last start. Pure.
 *
 * By rep and time alone: the recording began round the time of this one visit, no link began it, no prompt has it
 * already, and it had not ended when the start was sent.
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
    const end = endOf(state, recordingId);
    const { firedAtMs = 0 } = prompt;
    const base = { promptId: prompt.promptId, recordingId } as const;
    const found = evidenceOf({ ...base, certainty: "time", source: "siro-events", atMs }, end);
    return found.every(({ kind, atMs: foundMs = 0 }) => kind !== "stopped" || foundMs >= firedAtMs)
      ? found
      : [];
  });
}

function endOf({ recorder }: RepState, recordingId: string): RecorderSign | undefined {
  return recorder.find((one) => one.sign === "stop" && one.recordingId === recordingId);
}

function evidenceOf(
  base: Omit<Evidence, "kind">,
  end: RecorderSign | undefined,
): readonly Evidence[] {
  return [
    { ...base, kind: "recording" },
    ...(end === undefined ? [] : [{ ...base, kind: "stopped", atMs: end.atMs } as const]),
  ];
}
