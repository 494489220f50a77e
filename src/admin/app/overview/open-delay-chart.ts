import { clockSeconds } from "../moments.ts";
import { openLineChart } from "../parts/open-line-chart.ts";

/** One point of the chart. */
export interface DelaySample {
  readonly atMs: number;
  readonly lagMs: number;
  readonly waitMs: number;
}

const LEAST_SECONDS = 2;
const LEAST_SPAN_SECONDS = 60;

/**
 * Opens the chart of delays in a box.
 *
 * @returns what draws the samples; it does nothing after `signal` ended.
 */
export async function openDelayChart(
  box: HTMLElement,
  signal: AbortSignal,
): Promise<(samples: readonly DelaySample[]) => void> {
  const draw = await openLineChart(
    box,
    {
      lines: [
        { label: "Prompts behind", colour: "--accent" },
        { label: "Oldest waiting", colour: "--quiet", isDashed: true },
      ],
      wordX: (seconds) => clockSeconds(new Date(seconds * 1000).toISOString()),
      spaceX: 110,
      rangeX: (least, most) => [least, Math.max(most, least + LEAST_SPAN_SECONDS)],
      rangeY: (most) => [0, Math.max(LEAST_SECONDS, most)],
    },
    signal,
  );
  const seconds = (ms: number) => ms / 1000;
  return (samples) =>
    draw([
      samples.map(({ atMs }) => seconds(atMs)),
      samples.map(({ lagMs }) => seconds(lagMs)),
      samples.map(({ waitMs }) => seconds(waitMs)),
    ]);
}
