import { dayOfDate } from "../moments.ts";
import type { CoverageCounts } from "../overview/coverage-shapes.ts";
import { percent, recordedShare } from "../overview/coverage-words.ts";
import type { ChartLook } from "../parts/open-line-chart.ts";
import { useLineChart } from "../parts/use-line-chart.ts";
import { count } from "../words.ts";
import { added, type CoverageLine, NO_VISITS } from "./sum-rows.ts";

const NOON = "T12:00:00Z";
const HALF_A_DAY = 43_200;
/** A phone has room for no more words. */
const MOST_TICKS = 7;

const LOOK: ChartLook = {
  lines: [
    { label: "Sent", colour: "--accent", hasPoints: true },
    { label: "Recorded", colour: "--bar-done", hasPoints: true },
  ],
  wordX: (seconds) => dayOfDate(new Date(seconds * 1000).toISOString().slice(0, 10)),
  spaceX: 110,
  rangeX: (least, most) => [least - HALF_A_DAY, most + HALF_A_DAY],
  ticksX: (seconds) => {
    const step = Math.ceil(seconds.length / MOST_TICKS);
    return seconds.filter((_, at) => at % step === 0);
  },
  rangeY: () => [0, 105],
  wordY: (value) => `${value} %`,
};

/** The share of visits that were sent and recorded, day by day, and over all days. */
export function CoverageChart({ days }: { readonly days: readonly CoverageLine[] }) {
  const inOrder = days.toReversed();
  const share = (part: number, { visits }: CoverageLine) => (part * 100) / Math.max(1, visits);
  const box = useLineChart(LOOK, [
    inOrder.map(({ key }) => Date.parse(`${key}${NOON}`) / 1000),
    inOrder.map((day) => share(day.startSent, day)),
    inOrder.map((day) =>
      day.confirmed + day.notConfirmed === 0 ? null : share(day.confirmed, day),
    ),
  ]);
  const all = days.reduce<CoverageCounts>(added, NO_VISITS);
  return (
    <section class="card" aria-label="Day by day">
      <dl class="figures">
        <Figure
          word={count(all.visits, "visit").replace(/^\S+ /, "")}
          value={all.visits.toLocaleString()}
        />
        <Figure word="start sent" value={percent(all.startSent, all.visits)} />
        <Figure word="recording confirmed" value={recordedShare(all)} />
        <Figure word="not sent" value={all.notSent.toLocaleString()} />
      </dl>
      <div ref={box} class="chart" aria-hidden="true" />
      <ul class="legend">
        <li class="key">Start sent</li>
        <li class="key good">Recording confirmed</li>
      </ul>
    </section>
  );
}

function Figure({ word, value }: { readonly word: string; readonly value: string }) {
  return (
    <div class="figure">
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}
