import { startBenchBridge } from "./bench-bridge.ts";
import type { FigureBook } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";
import { spreadOf } from "./statistics.ts";

/** Measures how long the whole process tree takes from its start to ready, on data that is there already. */
export async function measureStartup(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const readyMs: number[] = [];
  const goneMs: number[] = [];
  const rounds = isQuick ? 3 : 7;
  for (let round = 0; round < rounds; round += 1) {
    goneMs.push(await bridge.stop());
    readyMs.push(await bridge.start());
  }
  figures.add({
    figure: "startup.warm",
    of: { starts: rounds },
    values: {
      readyP50Ms: spreadOf(readyMs).p50,
      readyMaxMs: spreadOf(readyMs).max,
      goneP50Ms: spreadOf(goneMs).p50,
    },
  });
}
