import type { ListedAppointment } from "../api-shapes.ts";
import { isSameClock, viewerZone, zoneName } from "../moments.ts";

/** In which zone the times of a summary are, where it is not the viewer's. */
export function SummaryZone({
  appointment: { startAt, summary = "", summaryTimeZone },
}: {
  readonly appointment: ListedAppointment;
}) {
  const hasTime = /\d:\d\d/.test(summary);
  if (!hasTime || startAt === null || summaryTimeZone === undefined) {
    return null;
  }
  return isSameClock(startAt, summaryTimeZone, viewerZone()) ? null : (
    <small class="quiet">({zoneName(startAt, summaryTimeZone)})</small>
  );
}
