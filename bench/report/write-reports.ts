import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { BenchOptions } from "../options.ts";
import { drawChart } from "./draw-chart.ts";
import { judgeGoals } from "./goals.ts";
import { replaceSection } from "./replace-section.ts";
import type { BenchRun } from "./run-lines.ts";
import { sectionsOf } from "./sections.ts";

const DOCUMENT = "docs/performance.md";
const CHART = "docs/images/performance.svg";

/** Writes what was asked for: a chart, the document with its chart, both, or nothing. */
export function writeReports(
  run: BenchRun,
  { chart, isDocWritten }: Pick<BenchOptions, "chart" | "isDocWritten">,
): void {
  const paths = new Set([chart, isDocWritten ? CHART : undefined]);
  const drawn = drawChart(judgeGoals(run.figures), captionOf(run));
  for (const path of paths) {
    if (path !== undefined) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, drawn);
    }
  }
  if (isDocWritten) {
    const sections = [...sectionsOf(run)];
    const text = sections.reduce(
      (document, [name, section]) => replaceSection(document, name, section),
      readFileSync(DOCUMENT, "utf8"),
    );
    writeFileSync(DOCUMENT, text);
  }
}

function captionOf({ machine }: BenchRun): string {
  const { startedAt, cores, node, redis, loadAverage, quick } = machine;
  const kind = quick ? "a quick look" : "one run";
  return `${startedAt.slice(0, 10)}, ${kind}: ${cores} cores, Node.js ${node}, Redis ${redis}, load average ${loadAverage.toFixed(1)} at its start`;
}
