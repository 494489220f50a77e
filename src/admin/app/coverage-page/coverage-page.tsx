import type { ConnectionOverview } from "../api-shapes.ts";
import type { Coverage, CoverageRow } from "../overview/coverage-shapes.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { useCall } from "../use-call.ts";
import { CoverageChart } from "./coverage-chart.tsx";
import { CoverageFilters } from "./coverage-filters.tsx";
import { callOf, spanOf } from "./coverage-span.ts";
import { CoverageTable } from "./coverage-table.tsx";
import { type CoverageBy, sumRows } from "./sum-rows.ts";

/** For how many visits a recording was begun: by rep, by team, by day. */
export function CoveragePage({
  place,
  connections,
}: {
  readonly place: Place;
  readonly connections: readonly ConnectionOverview[];
}) {
  const span = spanOf(place.query);
  const call = callOf(span) ?? "/coverage";
  const { answer, error, isLoading, reload } = useCall<Coverage>(call);
  const by = byOf(place.query.get("by"));
  return (
    <>
      <PageHead
        title="Coverage"
        lead="A visit is covered when its rep was sent the start of a recording, and Siro told of the recording."
      >
        <a
          class="small"
          href={`/admin/api${call}&format=csv&by=${by === "team" ? by : "rep"}`}
          download
        >
          Download as CSV
        </a>
      </PageHead>
      <CoverageFilters place={place} span={span} connections={connections} />
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined && isLoading ? <Loading rows={5} /> : null}
      {answer === undefined ? null : <Found rows={answer.rows} by={by} place={place} />}
    </>
  );
}

const BYS: readonly (readonly [CoverageBy, string])[] = [
  ["rep", "By rep"],
  ["team", "By team"],
  ["day", "By day"],
];

function byOf(text: string | null): CoverageBy {
  return BYS.find(([by]) => by === text)?.[0] ?? "rep";
}

function Found({
  rows,
  by,
  place,
}: {
  readonly rows: readonly CoverageRow[];
  readonly by: CoverageBy;
  readonly place: Place;
}) {
  if (rows.length === 0) {
    return (
      <Empty icon="coverage" title="No visit began on these days">
        <a href="/admin/coverage">Look at the last seven days</a>
      </Empty>
    );
  }
  return (
    <>
      <CoverageChart days={sumRows(rows, "day")} />
      <section class="card" aria-label="Visits">
        <div class="card-head">
          <h2>Visits</h2>
          <fieldset class="segments">
            <legend class="unseen">Sum up</legend>
            {BYS.map(([value, word]) => (
              <button
                key={value}
                type="button"
                aria-pressed={by === value}
                onClick={() => go(hrefWith(place, { by: value === "rep" ? "" : value }))}
              >
                {word}
              </button>
            ))}
          </fieldset>
        </div>
        <CoverageTable lines={sumRows(rows, by)} by={by} />
      </section>
    </>
  );
}
