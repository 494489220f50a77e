import type { Appointment } from "../domain/appointment.ts";
import type { IssuedPrompt } from "../domain/prompt.ts";

/** A recording this long after its visit is a leftover of the app, not a conversation. */
const LEFTOVER_AFTER_MS = 3 * 3_600_000;

/** What the issued prompts say about the rep's recorder. */
export interface IssuedTrail {
  /** The appointment that the recorder should be recording, by what was asked last. */
  readonly openRecordId: string | undefined;
  /** When the last stop was issued, if nothing was since, epoch milliseconds; otherwise 0. */
  readonly stoppedAtMs: number;
  /** Since when an appointment's recording waits for its stop, epoch milliseconds; undefined when it does not. */
  openSinceMs(recordId: string): number | undefined;
  /** The last prompt issued for one appointment. */
  lastOf(recordId: string): IssuedPrompt | undefined;
}

/**
 * Reads the issued prompts, oldest first: a start or restart opens a recording, a stop closes it.
 *
 * Where visits are joined only one recording is open at a time. Where they never are (`isJoining` false),
 * each visit keeps its own start and stop; only a restart ends the others.
 */
export function readIssuedTrail(issued: readonly IssuedPrompt[], isJoining: boolean): IssuedTrail {
  const open = new Map<string, number>();
  for (const { action, recordId, atMs } of issued) {
    if (isJoining || action === "restart") {
      open.clear();
    }
    open.delete(recordId);
    if (action !== "stop") {
      open.set(recordId, atMs);
    }
  }
  const last = issued.at(-1);
  return {
    stoppedAtMs: last?.action === "stop" ? last.atMs : 0,
    openRecordId: last?.action === "stop" ? undefined : last?.recordId,
    openSinceMs: (recordId) => open.get(recordId),
    lastOf: (recordId) => issued.findLast((one) => one.recordId === recordId),
  };
}

/** Says whether a recording that nobody stopped is, at a moment, too old to be one of this visit. */
export function isLeftover({ endAtMs }: Appointment, atMs: number): boolean {
  return atMs >= endAtMs + LEFTOVER_AFTER_MS;
}
