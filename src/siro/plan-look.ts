import type { SiroMarks } from "../books/siro-mark-book.ts";
import type { WatchedReps } from "../books/siro-watch-book.ts";
import type { SiroWatch } from "../domain/siro-watch.ts";

/** One look at Siro's events. */
export interface Look {
  readonly afterMs: number;
  /** It reaches back far enough for phones that were without a network for hours. */
  readonly isLate: boolean;
}

/** What a look depends on. */
export interface LookGround {
  readonly marks: SiroMarks;
  readonly watched: WatchedReps;
  readonly settings: SiroWatch;
  readonly nowMs: number;
}

/**
 * Says how far back to look now; undefined while nothing is outstanding, or Siro is to be left alone. Pure.
 *
 * Events carry the time at which they happened, so what a phone uploads late lies behind the watermark: now and then
 * a look reaches back for hours, as does the first one.
 */
export function planLook({ marks, watched, settings, nowMs }: LookGround): Look | undefined {
  const { watermarkMs, lateLookAtMs = 0, restUntilMs = 0 } = marks;
  const isSoonWatched = watched.soon.length > 0;
  const isLateDue =
    (isSoonWatched || watched.late.length > 0) &&
    nowMs - lateLookAtMs >= settings.lateLookSeconds * 1000;
  if (nowMs < restUntilMs || !(isSoonWatched || isLateDue)) {
    return undefined;
  }
  const earliestMs = nowMs - settings.lateHours * 3_600_000;
  return isLateDue || watermarkMs === undefined
    ? { afterMs: earliestMs, isLate: true }
    : {
        afterMs: Math.max(earliestMs, watermarkMs - settings.overlapSeconds * 1000),
        isLate: false,
      };
}
