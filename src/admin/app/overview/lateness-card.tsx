import { useEffect } from "preact/hooks";
import { boundsOf, clock, dateField, duration } from "../moments.ts";
import { Failed } from "../parts/messages.tsx";
import type { ChartLook } from "../parts/open-line-chart.ts";
import { useLineChart } from "../parts/use-line-chart.ts";
import { useCall } from "../use-call.ts";
import { count } from "../words.ts";

const READ_EVERY_MS = 60_000;
const LEAST_SECONDS = 2;
const LEAST_SPAN_SECONDS = 7_200;

/** How late prompts were in one quarter of an hour. */
interface Quarter {
  readonly at: string;
  readonly prompts: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** How late prompts were today, quarter of an hour by quarter of an hour. */
export function LatenessCard() {
  const { from = "", to = "" } = boundsOf(dateField()) ?? {};
  const { answer, error, reload } = useCall<{ readonly quarters: readonly Quarter[] }>(
    `/lateness?${new URLSearchParams({ from, to })}`,
  );
  useEffect(() => {
    const timer = setInterval(reload, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const quarters = answer?.quarters ?? [];
  return (
    <section class="card" aria-label="Lateness today">
      <h2>Lateness today</h2>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer !== undefined && quarters.length === 0 ? (
        <p class="quiet">No prompt has had its moment today.</p>
      ) : null}
      {quarters.length === 0 ? null : <History quarters={quarters} />}
    </section>
  );
}

const LOOK: ChartLook = {
  lines: [
    { label: "Half of them", colour: "--accent", hasPoints: true },
    { label: "95 of 100", colour: "--bar-trouble", hasPoints: true },
    { label: "The latest", colour: "--quiet", isDashed: true, hasPoints: true },
  ],
  wordX: (seconds) => clock(new Date(seconds * 1000).toISOString()),
  spaceX: 80,
  rangeX: (least, most) => [least - 900, Math.max(most + 900, least + LEAST_SPAN_SECONDS)],
  rangeY: (most) => [0, Math.max(LEAST_SECONDS, most * 1.05)],
  wordY: (value) => `${value} s`,
};

function History({ quarters }: { readonly quarters: readonly Quarter[] }) {
  const box = useLineChart(LOOK, [
    quarters.map(({ at }) => Date.parse(at) / 1000),
    quarters.map(({ p50Ms }) => p50Ms / 1000),
    quarters.map(({ p95Ms }) => p95Ms / 1000),
    quarters.map(({ maxMs }) => maxMs / 1000),
  ]);
  const prompts = quarters.reduce((sum, quarter) => sum + quarter.prompts, 0);
  const worst = quarters.reduce((left, right) => (right.maxMs > left.maxMs ? right : left));
  return (
    <>
      <p class="quiet">
        {count(prompts, "prompt")} so far; the latest came {duration(worst.maxMs)} after its moment,
        in the quarter of an hour from {clock(worst.at)}.
      </p>
      <div ref={box} class="chart" aria-hidden="true" />
      <ul class="legend">
        <li class="key half">Half of them no later than this</li>
        <li class="key most">95 of 100</li>
        <li class="key latest">The latest</li>
      </ul>
    </>
  );
}
