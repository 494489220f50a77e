import { useEffect, useRef, useState } from "preact/hooks";
import { AccountPage } from "./account/account-page.tsx";
import { AppointmentPage } from "./appointment/appointment-page.tsx";
import { AppointmentsPage } from "./appointments/appointments-page.tsx";
import { AuditPage } from "./audit/audit-page.tsx";
import { ConnectionPage } from "./connections/connection-page.tsx";
import { ConnectionsPage } from "./connections/connections-page.tsx";
import { EditConnectionPage, NewConnectionPage } from "./connections/edit-page.tsx";
import { CoveragePage } from "./coverage-page/coverage-page.tsx";
import { FailuresPage } from "./failures/failures-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";
import { ParkedPage } from "./parked/parked-page.tsx";
import { Empty } from "./parts/messages.tsx";
import { PageHead } from "./parts/page-head.tsx";
import { PeoplePage } from "./people/people-page.tsx";
import { type Place, usePlace } from "./place.ts";
import { RepsPage } from "./reps/reps-page.tsx";
import { Sidebar } from "./sidebar.tsx";
import { MeContext, useAskWhoIAm } from "./use-me.ts";
import { type LiveOverview, watchOverview } from "./watch-overview.ts";
import { WhatIfPage } from "./what-if/what-if-page.tsx";

/** The whole app: what stands beside every page, and the page that the address names. */
export function App() {
  const place = usePlace();
  const me = useAskWhoIAm();
  const [live, setLive] = useState<LiveOverview>({ state: "connecting" });
  useEffect(() => watchOverview(setLive), []);
  useFocusOnChange(place.path);
  return (
    <MeContext.Provider value={me}>
      <a class="skip" href="#view">
        Skip to the page
      </a>
      <Sidebar place={place} live={live} />
      <main id="view" tabIndex={-1}>
        <Page place={place} live={live} />
      </main>
    </MeContext.Provider>
  );
}

function Page({ place, live }: { readonly place: Place; readonly live: LiveOverview }) {
  const connections = live.overview?.connections ?? [];
  const [, , name = "", connection, recordId] = place.path.split("/").map(decoded);
  if (name === "appointments" && connection !== undefined && recordId !== undefined) {
    return (
      <AppointmentPage
        key={place.path}
        connection={connection}
        recordId={recordId}
        now={connections.find((one) => one.name === connection)}
      />
    );
  }
  if (name === "connections" && connection !== undefined) {
    return recordId === "edit" ? (
      <EditConnectionPage key={place.path} name={connection} />
    ) : (
      <ConnectionPage
        key={place.path}
        name={connection}
        now={connections.find((one) => one.name === connection)}
      />
    );
  }
  switch (name) {
    case "":
      return <OverviewPage live={live} />;
    case "appointments":
      return <AppointmentsPage place={place} connections={connections} />;
    case "parked":
      return <ParkedPage place={place} live={live} />;
    case "reps":
      return <RepsPage place={place} live={live} />;
    case "people":
      return <PeoplePage />;
    case "audit":
      return <AuditPage place={place} />;
    case "account":
      return <AccountPage />;
    case "coverage":
      return <CoveragePage place={place} connections={connections} />;
    case "connections":
      return <ConnectionsPage live={live} />;
    case "new-connection":
      return <NewConnectionPage />;
    case "what-if":
      return <WhatIfPage place={place} live={live} />;
    case "failures":
      return <FailuresPage place={place} />;
    default:
      return <UnknownPage />;
  }
}

function UnknownPage() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty icon="search" title="Nothing is here">
        <a href="/admin">Go to the overview</a>
      </Empty>
    </>
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** After a change of page the next Tab leads into it, and screen readers say its title. */
function useFocusOnChange(path: string): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) {
      shown.current = path;
      scrollTo(0, 0);
      document.querySelector<HTMLElement>("main h1")?.focus();
    }
  }, [path]);
}
