import { KEEP_FINISHED } from "../../src/queues/queue-settings.ts";
import type { MemorySample } from "./sample-memory.ts";

type Measure = Exclude<keyof MemorySample, "events" | "finishedJobs" | "keptKeys" | "keptMiB">;

/** By how much each may be above the sample after the warm-up: a share of it, and a fixed rest for noise. */
const BOUNDS: Readonly<Record<Measure, { readonly share: number; readonly rest: number }>> = {
  webRssMiB: { share: 0.25, rest: 24 },
  webHeapMiB: { share: 0.15, rest: 4 },
  workerRssMiB: { share: 0.25, rest: 24 },
  workerHeapMiB: { share: 0.15, rest: 4 },
  redisMiB: { share: 0.1, rest: 2 },
  lastingKeys: { share: 0.05, rest: 50 },
  endingKeys: { share: 0.05, rest: 300 },
};

/** Names what grew beyond its bound between the first sample and the last; nothing where all is back. */
export function growthOf(samples: readonly MemorySample[]): readonly string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    return ["there is nothing to compare"];
  }
  const grown = measures().flatMap((name) => {
    const { share, rest } = BOUNDS[name];
    const most = first[name] * (1 + share) + rest;
    return last[name] > most
      ? [`${name} grew from ${round(first[name])} to ${round(last[name])}; at most ${round(most)}`]
      : [];
  });
  return last.finishedJobs > KEEP_FINISHED.count
    ? [...grown, `${last.finishedJobs} finished jobs; at most ${KEEP_FINISHED.count}`]
    : grown;
}

/** Writes the samples as a Markdown table. */
export function curveOf(samples: readonly MemorySample[]): string {
  const head = ["events", ...measures(), "finished jobs", "kept keys", "kept MiB"];
  const rows = samples.map((one) => [
    one.events.toLocaleString("en"),
    ...measures().map((name) => round(one[name])),
    one.finishedJobs.toLocaleString("en"),
    one.keptKeys.toLocaleString("en"),
    round(one.keptMiB),
  ]);
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function measures(): readonly Measure[] {
  return [
    ...(["webRssMiB", "webHeapMiB", "workerRssMiB", "workerHeapMiB"] as const),
    ...(["redisMiB", "lastingKeys", "endingKeys"] as const),
  ];
}

function round(value: number): string {
  return (Math.round(value * 10) / 10).toLocaleString("en");
}
