const MINUTE_MS = 60_000;
/** A planned length beyond a week is a slip of the keyboard. */
const MAX_DURATION_MINUTES = 7 * 24 * 60;

/** When a visit begins and ends, in epoch milliseconds; the end is after the start. */
export interface AppointmentTimes {
  readonly startAtMs: number;
  readonly endAtMs: number;
  readonly warnings: readonly string[];
}

/** What a record says about the time of its visit. */
export interface PlannedTimes {
  readonly startAtMs: number;
  readonly endAtMs: number | null;
  readonly durationMinutes: number | null;
}

/** Takes the planned end; without a usable one the planned length, then the default length. */
export function timesOf(planned: PlannedTimes, defaultMinutes: number): AppointmentTimes {
  const { startAtMs, endAtMs } = planned;
  if (endAtMs !== null && endAtMs > startAtMs) {
    return { startAtMs, endAtMs, warnings: [] };
  }
  const minutes = usableMinutes(planned.durationMinutes) ?? defaultMinutes;
  const warnings =
    endAtMs === null
      ? []
      : [`The end is not after the start; the visit is taken to last ${minutes} minutes`];
  return { startAtMs, endAtMs: startAtMs + Math.round(minutes * MINUTE_MS), warnings };
}

/** Reads a ServiceAppointment's planned length, which counts minutes or hours. */
export function minutesOf(duration: number | null, durationType: string | null): number | null {
  if (duration === null) {
    return null;
  }
  return durationType === "Hours" ? duration * 60 : duration;
}

function usableMinutes(minutes: number | null): number | null {
  const isUsable = minutes !== null && minutes >= 1 && minutes <= MAX_DURATION_MINUTES;
  return isUsable ? minutes : null;
}
