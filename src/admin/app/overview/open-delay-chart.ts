import { clockSeconds } from "../moments.ts";

/** One point of the chart. */
export interface DelaySample {
  readonly atMs: number;
  readonly lagMs: number;
  readonly waitMs: number;
}

const HEIGHT = 210;
const LEAST_SECONDS = 2;
const LEAST_SPAN_SECONDS = 60;

/**
 * Opens the chart in a box, in the page's own colours; the drawing library is loaded only now.
 *
 * @returns what draws the samples; it does nothing after `signal` ended.
 */
export async function openDelayChart(
  box: HTMLElement,
  signal: AbortSignal,
): Promise<(samples: readonly DelaySample[]) => void> {
  const { default: uPlot } = await import("uplot");
  if (signal.aborted) {
    return () => undefined;
  }
  const colour = (name: string) => () => getComputedStyle(box).getPropertyValue(name);
  const points = { show: false };
  const clocks = (_: unknown, seconds: readonly number[]) =>
    seconds.map((second) => clockSeconds(new Date(second * 1000).toISOString()));
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 } };
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_, least, most) => [least, Math.max(most, least + LEAST_SPAN_SECONDS)] },
        y: { range: (_, _least, most) => [0, Math.max(LEAST_SECONDS, most)] },
      },
      axes: [
        { ...axis, space: 110, values: clocks },
        { ...axis, size: 36 },
      ],
      series: [
        {},
        { label: "Prompts behind", stroke: colour("--accent"), width: 2, points },
        { label: "Oldest waiting", stroke: colour("--quiet"), width: 1, dash: [4, 4], points },
      ],
    },
    [[], [], []],
    box,
  );
  const fit = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  fit.observe(box);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => plot.redraw();
  scheme.addEventListener("change", redraw);
  signal.addEventListener("abort", () => {
    scheme.removeEventListener("change", redraw);
    fit.disconnect();
    plot.destroy();
  });
  return (samples) => {
    if (!signal.aborted) {
      const seconds = (ms: number) => ms / 1000;
      plot.setData([
        samples.map(({ atMs }) => seconds(atMs)),
        samples.map(({ lagMs }) => seconds(lagMs)),
        samples.map(({ waitMs }) => seconds(waitMs)),
      ]);
    }
  };
}
