import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/** Clocks of two processes on one machine agree; a timer may be early by as much. */
const SKEW_MS = 1_500;
/** From the last look at the clock to the device. */
const ON_THE_WAY_MS = 2_000;

/** I4: nothing comes before it is due or after it is of use. */
export function checkInTime({ arrivals, factor }: Evidence): Verdict {
  const findings = arrivals.flatMap(({ recordId, action, atMs, dueAtMs, expiresAtMs }) => {
    const earlyMs = dueAtMs - atMs;
    const lateMs = atMs - expiresAtMs;
    if (earlyMs > SKEW_MS) {
      return [`${action} for ${recordId} came ${earlyMs} ms too early`];
    }
    return lateMs > ON_THE_WAY_MS * factor
      ? [`${action} for ${recordId} came ${lateMs} ms after it expired`]
      : [];
  });
  return verdictOf("I4", arrivals.length, findings);
}
