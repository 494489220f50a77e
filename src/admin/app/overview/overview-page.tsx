import type { ConnectionOverview, Overview } from "../api-shapes.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import type { LiveOverview } from "../watch-overview.ts";
import { AlertsCard } from "./alerts-card.tsx";
import { Attention } from "./attention.tsx";
import { ConnectionCard } from "./connection-card.tsx";
import { CoverageCard } from "./coverage-card.tsx";
import { DelayCard } from "./delay-card.tsx";
import { LastErrors } from "./last-errors.tsx";
import { LatenessCard } from "./lateness-card.tsx";
import { LiveMark } from "./live-mark.tsx";
import { QueueTable } from "./queue-table.tsx";

/** How everything stands, now and today. */
export function OverviewPage({ live }: { readonly live: LiveOverview }) {
  const { overview, error } = live;
  return (
    <>
      <PageHead title="Overview">
        <LiveMark live={live} />
      </PageHead>
      {error === undefined ? null : <Failed error={error} />}
      {overview === undefined ? (
        <Waiting hasFailed={error !== undefined} />
      ) : (
        <Body overview={overview} isStoreLost={error?.code === "STORE_UNAVAILABLE"} />
      )}
    </>
  );
}

function Waiting({ hasFailed }: { readonly hasFailed: boolean }) {
  return hasFailed ? null : <Loading rows={6} />;
}

function Body({
  overview,
  isStoreLost,
}: {
  readonly overview: Overview;
  readonly isStoreLost: boolean;
}) {
  return (
    <>
      <Attention overview={overview} />
      <Connections connections={overview.connections} />
      <AlertsCard />
      <CoverageCard />
      <LatenessCard />
      <div class="columns">
        <DelayCard overview={overview} />
        <QueueTable overview={overview} isStoreLost={isStoreLost} />
      </div>
      <LastErrors errors={overview.lastErrors} />
    </>
  );
}

function Connections({ connections }: { readonly connections: readonly ConnectionOverview[] }) {
  if (connections.length === 0) {
    return (
      <Empty icon="link" title="No connection is configured">
        Add one to the connections file, then restart the bridge.
      </Empty>
    );
  }
  return (
    <>
      {connections.map((connection) => (
        <ConnectionCard key={connection.name} connection={connection} />
      ))}
    </>
  );
}
