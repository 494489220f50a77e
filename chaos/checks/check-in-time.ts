import { byVisit, visitKey } from "../load/expected.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";
import { windowOf } from "./window.ts";

/** Clocks of two processes on one machine agree; a timer may be early by as much. */
const SKEW_MS = 1_500;
/** From the last look at the clock to the device. */
const ON_THE_WAY_MS = 2_000;

/** I4: nothing comes before it is due or after it is of use, neither by the sender's times nor by the prompt's own. */
export function checkInTime({ arrivals, everAsked, terms, factor }: Evidence): Verdict {
  const asked = byVisit(everAsked);
  const slackMs = (terms.graceMs + terms.outageMs) * factor;
  const findings = arrivals.flatMap((one) => {
    const { recordId, action, atMs, dueAtMs, expiresAtMs } = one;
    const window = windowOf(asked.get(visitKey(one)) ?? [], one, slackMs);
    if (window === undefined) {
      return [`${action} for ${recordId} came, and nobody ever asked for it`];
    }
    const earlyMs = Math.max(window.fromMs, dueAtMs) - atMs;
    const lateMs = atMs - Math.min(window.untilMs, expiresAtMs);
    if (earlyMs > SKEW_MS) {
      return [`${action} for ${recordId} came ${earlyMs} ms too early`];
    }
    return lateMs > ON_THE_WAY_MS * factor
      ? [`${action} for ${recordId} came ${lateMs} ms after it expired`]
      : [];
  });
  return verdictOf("I4", arrivals.length, findings);
}
