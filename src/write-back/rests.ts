/** An administrator mends a field or a right; an hour is soon enough to see it. */
const REST_MS = 3_600_000;

/** What is left alone for a while, and what went well lately. */
export interface Rests {
  /** Lets something rest for an hour from now. */
  begin(what: string): void;
  /** How long something still rests, in milliseconds; 0 when it does not. */
  leftMs(what: string): number;
  noteWell(what: string): void;
  /** Says whether something went well within the last hour. */
  wentWell(what: string): boolean;
}

/** Makes an empty list; a process that starts anew tries once more. */
export function createRests(nowMs: () => number): Rests {
  const until = new Map<string, number>();
  const wellAt = new Map<string, number>();
  return {
    begin: (what) => {
      until.set(what, nowMs() + REST_MS);
    },
    leftMs: (what) => Math.max(0, (until.get(what) ?? 0) - nowMs()),
    noteWell: (what) => {
      wellAt.set(what, nowMs());
    },
    wentWell: (what) => nowMs() - (wellAt.get(what) ?? 0) < REST_MS,
  };
}
