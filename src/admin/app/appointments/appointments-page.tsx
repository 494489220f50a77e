import type { ConnectionOverview, ListedAppointment, ListPage } from "../api-shapes.ts";
import { dateField, dayAndClock } from "../moments.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { hrefWith, type Place } from "../place.ts";
import { useList } from "../use-list.ts";
import { count } from "../words.ts";
import { ANY_DAY, dayOf, listCallOf } from "./appointment-filters.ts";
import { AppointmentRow } from "./appointment-row.tsx";
import { FilterBar } from "./filter-bar.tsx";

interface FoundPage extends ListPage<ListedAppointment> {
  readonly lookedUntil: string | null;
}

/** Finds appointments: who asks about a customer begins here. */
export function AppointmentsPage({
  place,
  connections,
}: {
  readonly place: Place;
  readonly connections: readonly ConnectionOverview[];
}) {
  const today = dateField();
  const list = useList<ListedAppointment, FoundPage>(listCallOf(place.query, today));
  const isEmpty = list.items.length === 0 && !list.isLoading && list.error === undefined;
  return (
    <>
      <PageHead title="Appointments" />
      <FilterBar place={place} connections={connections} />
      <p class="unseen" role="status">
        {list.isLoading ? "" : `${count(list.items.length, "appointment")} shown`}
      </p>
      {list.error === undefined ? null : <Failed error={list.error} retry={list.reload} />}
      <Rows list={list} />
      {isEmpty && list.hasMore ? <NothingSoFar until={list.page?.lookedUntil ?? null} /> : null}
      {isEmpty && !list.hasMore ? <NothingFound place={place} today={today} /> : null}
      <More list={list} />
    </>
  );
}

function Rows({ list }: { readonly list: Shown }) {
  if (list.items.length === 0) {
    return list.isLoading ? <Loading rows={6} /> : null;
  }
  return (
    <ul class="rows">
      {list.items.map((item) => (
        <AppointmentRow key={`${item.connection} ${item.recordId}`} appointment={item} />
      ))}
    </ul>
  );
}

interface Shown {
  readonly items: readonly ListedAppointment[];
  readonly isLoading: boolean;
}

function NothingSoFar({ until }: { readonly until: string | null }) {
  return (
    <Empty icon="search" title="Nothing found so far">
      {until === null
        ? "There is more to look through."
        : `Everything that begins before ${dayAndClock(until)} was looked at; there is more.`}
    </Empty>
  );
}

function NothingFound({ place, today }: { readonly place: Place; readonly today: string }) {
  const isOneDay = dayOf(place.query, today) !== ANY_DAY;
  const isNarrowed = ["q", "rep", "state", "connection"].some((name) => place.query.has(name));
  return (
    <Empty icon="today" title={isNarrowed ? "No appointment fits" : "No appointments on this day"}>
      {isOneDay ? <a href={hrefWith(place, { day: ANY_DAY })}>Look at every day</a> : null}
      {isNarrowed ? <a href="/admin/appointments">Clear the filters</a> : null}
    </Empty>
  );
}
