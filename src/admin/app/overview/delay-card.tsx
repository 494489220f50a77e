import { useEffect, useRef } from "preact/hooks";
import type { Overview } from "../api-shapes.ts";
import { duration } from "../moments.ts";
import { type DelaySample, openDelayChart } from "./open-delay-chart.ts";

/** An hour of samples, one every two seconds, is more than a screen has room for. */
const MOST_SAMPLES = 1_800;

const samples: DelaySample[] = [];

/** How far prompts are behind their moments: now, and since this page was opened. */
export function DelayCard({ overview }: { readonly overview: Overview }) {
  const box = useRef<HTMLDivElement>(null);
  const draw = useRef<(drawn: readonly DelaySample[]) => void>();
  useEffect(() => {
    const leave = new AbortController();
    if (box.current !== null) {
      void openDelayChart(box.current, leave.signal).then((drawer) => {
        draw.current = drawer;
        drawer(samples);
      });
    }
    return () => leave.abort();
  }, []);
  useEffect(() => {
    samples.push({ atMs: Date.now(), lagMs: overview.lagMs, waitMs: overview.oldestWaitingMs });
    samples.splice(0, samples.length - MOST_SAMPLES);
    draw.current?.(samples);
  }, [overview]);
  return (
    <section class="card">
      <h2>Delay</h2>
      <dl class="figures">
        <div class="figure">
          <dt>prompts behind their moment</dt>
          <dd>{duration(overview.lagMs)}</dd>
        </div>
        <div class="figure">
          <dt>oldest work waiting</dt>
          <dd>{duration(overview.oldestWaitingMs)}</dd>
        </div>
      </dl>
      <div ref={box} class="chart" aria-hidden="true" />
      <p class="quiet">Both in seconds, since this page was opened.</p>
    </section>
  );
}
