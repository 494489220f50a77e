import type { Siro } from "./open-siro.ts";
import type { SiroRecording } from "./read-recordings.ts";

const HOUR_MS = 3_600_000;
/** Siro's clock, and that of a phone, may differ from the one that saw the recording begin. */
const MADE_AROUND_MS = 30 * 60_000;
/** All that are looked at in the same minute share what was read. */
const FRESH_MS = 60_000;

/** A recording that is looked for, and since when a list may be said to show how it stands. */
export interface WantedRecording {
  readonly recordingId: string;
  /** When it was seen to run. */
  readonly seenAtMs: number;
  /** A list that was read before says nothing about it. */
  readonly notBeforeMs: number;
}

/** Finds one recording in Siro's list; undefined where Siro does not list it. */
export type FindRecording = (wanted: WantedRecording) => Promise<SiroRecording | undefined>;

/** What reading for many needs. */
export interface ShareRecordingsDeps {
  readonly readRecordings: Siro["readRecordings"];
  readonly nowMs: () => number;
}

/** The recordings that were made in one hour, or are being read just now. */
interface Hour {
  readonly askedAtMs: number;
  readonly recordings: Promise<readonly SiroRecording[]>;
}

/**
 * Reads Siro's list of recordings hour by hour, each hour once for all who look for one of its recordings.
 *
 * However many recordings wait, the list of an hour is read once a minute at most, and once more for a recording
 * that changed since. What failed is read again by whoever asks next.
 */
export function shareRecordings({ readRecordings, nowMs }: ShareRecordingsDeps): FindRecording {
  const hours = new Map<number, Hour>();
  return async ({ recordingId, seenAtMs, notBeforeMs }) => {
    const askedAtMs = nowMs();
    const sinceMs = Math.max(notBeforeMs, askedAtMs - FRESH_MS);
    forgetBefore(hours, askedAtMs - FRESH_MS);
    const wanted = hoursAround(seenAtMs);
    const missing = wanted.filter((hour) => (hours.get(hour)?.askedAtMs ?? 0) < sinceMs);
    readAgain(hours, missing, { askedAtMs, readRecordings });
    const read = await Promise.all(wanted.map((hour) => hours.get(hour)?.recordings ?? []));
    return read.flat().find((recording) => recording.recordingId === recordingId);
  };
}

function hoursAround(atMs: number): readonly number[] {
  const [first, last] = [atMs - MADE_AROUND_MS, atMs + MADE_AROUND_MS].map((ms) =>
    Math.floor(ms / HOUR_MS),
  );
  return [...new Set([first ?? 0, last ?? 0])];
}

/** Hours that follow each other are one question. */
function readAgain(
  hours: Map<number, Hour>,
  missing: readonly number[],
  { askedAtMs, readRecordings }: Pick<Hour, "askedAtMs"> & Pick<Siro, "readRecordings">,
): void {
  const [first, last = first] = missing;
  if (first === undefined || last === undefined) {
    return;
  }
  // Siro leaves both ends out.
  const span = { madeAfterMs: first * HOUR_MS - 1, madeBeforeMs: (last + 1) * HOUR_MS };
  const recordings = readRecordings(span).then((reading) => reading.recordings);
  const hour: Hour = { askedAtMs, recordings };
  for (const at of missing) {
    hours.set(at, hour);
  }
  recordings.catch(() => {
    for (const at of missing.filter((one) => hours.get(one) === hour)) {
      hours.delete(at);
    }
  });
}

function forgetBefore(hours: Map<number, Hour>, beforeMs: number): void {
  for (const [at, { askedAtMs }] of hours) {
    if (askedAtMs < beforeMs) {
      hours.delete(at);
    }
  }
}
