import type { RepState, RepVisit } from "../books/rep-state.ts";
import type { PromptRecording } from "../domain/prompt.ts";
import type { RecorderSign } from "../domain/recorder-trail.ts";
import { recordingsOf } from "../domain/recordings-of.ts";
import { lastBegin } from "./running-recording.ts";

/** What the rep threw away has not ended well, but does not run either. */
const ENDS: readonly RecorderSign["sign"][] = ["stop", "cancelled"];

/** When the last of a visit's recordings ended; undefined while one of them may run, and when none is known. Pure. */
export function endOfVisit(state: RepState, visit: RepVisit): number | undefined {
  const begin = lastBegin(visit);
  const ends = begin === undefined ? [] : recordingsOf(begin).map((one) => endOf(state, one));
  const known = ends.filter((atMs) => atMs !== undefined);
  return known.length === 0 || known.length < ends.length ? undefined : Math.max(...known);
}

function endOf(
  { recorder }: RepState,
  { recordingId, endedAtMs }: PromptRecording,
): number | undefined {
  const end = recorder.find(
    (one) =>
      ENDS.includes(one.sign) && recordingId !== undefined && one.recordingId === recordingId,
  );
  return endedAtMs ?? end?.atMs;
}
