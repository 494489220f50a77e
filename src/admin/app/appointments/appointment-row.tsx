import type { ListedAppointment } from "../api-shapes.ts";
import { apiPath } from "../call-api.ts";
import { clock, day } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { OtherZone } from "../parts/other-zone.tsx";
import { SummaryZone } from "../parts/summary-zone.tsx";
import { repName, shownOutlook } from "../words.ts";

/** One appointment of the list; the whole row leads to its page. */
export function AppointmentRow({ appointment }: { readonly appointment: ListedAppointment }) {
  const { connection, recordId, title, startAt, reps, summary } = appointment;
  const [first] = reps;
  return (
    <li class="row">
      <div class="row-when">
        {startAt === null ? (
          <span class="quiet">No time</span>
        ) : (
          <>
            <time dateTime={startAt}>{clock(startAt)}</time>
            <span class="quiet">{day(startAt)}</span>
            <OtherZone at={startAt} timeZone={first?.timeZone} />
          </>
        )}
      </div>
      <div class="row-what">
        <a class="row-link" href={`/admin/appointments${apiPath(connection, recordId)}`}>
          {title || recordId}
        </a>
        {summary === undefined ? null : (
          <span class="row-summary">
            {summary} <SummaryZone appointment={appointment} />
          </span>
        )}
      </div>
      <div class="row-who">{reps.map(repName).join(", ") || "No rep"}</div>
      <div class="row-state">
        <Chip shown={shownOutlook(appointment)} />
      </div>
    </li>
  );
}
