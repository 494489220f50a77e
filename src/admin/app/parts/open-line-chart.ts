import type uPlot from "uplot";

/** One line of a chart; its colour is a name of the page's own. */
export interface ChartLine {
  readonly label: string;
  readonly colour: string;
  readonly isDashed?: boolean;
  /** Gaps are bridged, and single points can be seen. */
  readonly hasPoints?: boolean;
}

/** How a chart is drawn. */
export interface ChartLook {
  readonly lines: readonly ChartLine[];
  readonly wordX: (seconds: number) => string;
  /** Room for a word of the x axis. */
  readonly spaceX: number;
  readonly wordY?: (value: number) => string;
  readonly rangeX?: (least: number, most: number) => readonly [number, number];
  /** Where words stand below the axis; at round times where nothing is said. */
  readonly ticksX?: (seconds: readonly number[]) => readonly number[];
  readonly rangeY: (most: number) => readonly [number, number];
}

/** Seconds since 1970, then one list of values a line; null where nothing is known. */
export type ChartValues = readonly [
  readonly number[],
  ...(readonly (readonly (number | null)[])[]),
];

const HEIGHT = 210;

/**
 * Opens a chart in a box, in the page's own colours; the drawing library is loaded only now.
 *
 * @returns what draws values; it does nothing after `signal` ended.
 */
export async function openLineChart(
  box: HTMLElement,
  look: ChartLook,
  signal: AbortSignal,
): Promise<(values: ChartValues) => void> {
  const { default: Plot } = await import("uplot");
  if (signal.aborted) {
    return () => undefined;
  }
  const drawn: Drawn = { seconds: [] };
  const plot = new Plot(optionsOf(box, look, drawn), [[], ...look.lines.map(() => [])], box);
  keepFitting(box, plot, signal);
  return ([seconds, ...lines]) => {
    if (!signal.aborted) {
      drawn.seconds = seconds;
      plot.setData([[...seconds], ...lines.map((values) => [...values])]);
    }
  };
}

/** The library takes a single point for years of them, so the axis goes by this. */
interface Drawn {
  seconds: readonly number[];
}

function optionsOf(box: HTMLElement, look: ChartLook, drawn: Drawn): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(box).getPropertyValue(name);
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 } };
  const { rangeX = (least, most) => [least, most] as const, wordY = String, ticksX } = look;
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: () => [...rangeX(drawn.seconds[0] ?? 0, drawn.seconds.at(-1) ?? 1)] },
      y: { range: (_, _least, most) => [...look.rangeY(most)] },
    },
    axes: [
      {
        ...axis,
        space: look.spaceX,
        values: (_, moments) => moments.map(look.wordX),
        ...(ticksX === undefined ? {} : { splits: () => [...ticksX(drawn.seconds)] }),
      },
      { ...axis, size: 54, values: (_, values) => values.map(wordY) },
    ],
    series: [
      {},
      ...look.lines.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: line.isDashed === true ? 1 : 2,
        spanGaps: line.hasPoints === true,
        points: { show: line.hasPoints === true, size: 5, fill: colour(line.colour) },
        ...(line.isDashed === true ? { dash: [4, 4] } : {}),
      })),
    ],
  };
}

function keepFitting(box: HTMLElement, plot: uPlot, signal: AbortSignal): void {
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
}
