import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type ChartLook, type ChartValues, openLineChart } from "./open-line-chart.ts";

/** Draws values as a chart in the box that gets the reference, and anew when they change; `look` stays as it was at first. */
export function useLineChart(look: ChartLook, values: ChartValues): RefObject<HTMLDivElement> {
  const box = useRef<HTMLDivElement>(null);
  const draw = useRef<(drawn: ChartValues) => void>();
  const latest = useRef(values);
  const first = useRef(look);
  latest.current = values;
  useEffect(() => {
    const leave = new AbortController();
    if (box.current !== null) {
      void openLineChart(box.current, first.current, leave.signal).then((drawer) => {
        draw.current = drawer;
        drawer(latest.current);
      });
    }
    return () => leave.abort();
  }, []);
  useEffect(() => draw.current?.(values), [JSON.stringify(values)]);
  return box;
}
