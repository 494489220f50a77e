import type { Appointment, ConnectionOverview } from "../api-shapes.ts";
import { apiPath } from "../call-api.ts";
import { Chip } from "../parts/chip.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { SummaryZone } from "../parts/summary-zone.tsx";
import { useCall } from "../use-call.ts";
import { useReloadOn } from "../use-reload-on.ts";
import { shownOutlook, shownStatus } from "../words.ts";
import { AppointmentActions } from "./appointment-actions.tsx";
import { Facts } from "./facts.tsx";
import { Prompts } from "./prompts.tsx";
import { Timeline } from "./timeline.tsx";

/** Which appointment is asked for, and how its connection stands now. */
export interface AppointmentPageProps {
  readonly connection: string;
  readonly recordId: string;
  readonly now: ConnectionOverview | undefined;
}

/** The story of one appointment: why this rep got, or did not get, this link. */
export function AppointmentPage({ connection, recordId, now }: AppointmentPageProps) {
  const reading = useCall<Appointment>(`/appointments${apiPath(connection, recordId)}`);
  const { answer, error, isLoading, reload } = reading;
  useReloadOn(now, reload);
  const isUnknown = error?.code === "NOT_FOUND";
  return (
    <>
      <a class="back" href="/admin/appointments">
        <Icon name="back" />
        Appointments
      </a>
      <PageHead title={answer?.title || recordId}>
        {answer === undefined ? null : <Chip shown={shownOutlook(answer)} />}
      </PageHead>
      {isUnknown ? <Unknown /> : null}
      {error === undefined || isUnknown ? null : <Failed error={error} retry={reload} />}
      {answer === undefined && isLoading ? <Loading rows={6} /> : null}
      {answer === undefined ? null : <Story appointment={answer} reload={reload} />}
    </>
  );
}

function Unknown() {
  return (
    <Empty icon="search" title="The bridge knows nothing of this record">
      No event about it arrived, or it is too long ago.
    </Empty>
  );
}

function Story({
  appointment,
  reload,
}: {
  readonly appointment: Appointment;
  readonly reload: () => void;
}) {
  const { summary = shownStatus(appointment.status).word, timeline } = appointment;
  return (
    <>
      <section class="card verdict" aria-label="In short">
        <p class="summary">
          {summary} <SummaryZone appointment={appointment} />
        </p>
        <AppointmentActions appointment={appointment} reload={reload} />
      </section>
      <Facts appointment={appointment} />
      <Prompts appointment={appointment} />
      <Timeline entries={timeline} />
    </>
  );
}
