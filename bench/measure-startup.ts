import { setTimeout as delay } from "node:timers/promises";
import { startBareNode } from "./bare-node.ts";
import { type BenchBridge, startBenchBridge } from "./bench-bridge.ts";
import { startBenchRedis } from "./bench-redis.ts";
import type { FigureBook } from "./figures.ts";
import { INTAKE_PATH } from "./intake-targets.ts";
import type { BenchOptions } from "./options.ts";
import { addHeldMemory, heldMemory } from "./process-memory.ts";
import { startProgram } from "./program.ts";
import { loadResultSchema } from "./programs/load-generator.ts";
import { Stage } from "./stage.ts";
import { acrossRuns, medianOf } from "./statistics.ts";

const REST_MS = 3_000;
const LOAD = { connections: 32, notifications: 1, ms: 5_000 };

/** Measures how long the whole process tree takes to be ready, on no data and on its own, and what it holds. */
export async function measureStartup(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const starts = isQuick ? 2 : 5;
  await measureFloor(stage, figures, starts);
  await measureFresh(stage, figures, starts);
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  await measureWarm(bridge, figures, starts);
  await delay(REST_MS);
  addHeldMemory(figures, bridge, "at rest");
  const load = { port: Number(new URL(bridge.url).port), path: INTAKE_PATH, ...LOAD };
  await startProgram(stage, "load-generator").ask(load, loadResultSchema);
  addHeldMemory(figures, bridge, "under intake");
}

/** The floor: one Redis with the same settings and one Node.js process that listens, one after the other. */
async function measureFloor(stage: Stage, figures: FigureBook, starts: number): Promise<void> {
  const readyMs: number[] = [];
  const nodeMib: number[] = [];
  await repeat(stage, starts, async (own) => {
    const beganMs = performance.now();
    await startBenchRedis(own);
    const pid = await startBareNode(own);
    readyMs.push(performance.now() - beganMs);
    nodeMib.push(heldMemory(pid).nowMib);
  });
  figures.add({
    figure: "startup.floor",
    of: { starts },
    values: { ...acrossRuns("readyMs", readyMs), nodeMib: medianOf(nodeMib) },
  });
}

async function measureFresh(stage: Stage, figures: FigureBook, starts: number): Promise<void> {
  const readyMs: number[] = [];
  await repeat(stage, starts, async (own) => {
    const beganMs = performance.now();
    await startBenchBridge(own, { roles: "web,worker" });
    readyMs.push(performance.now() - beganMs);
  });
  figures.add({
    figure: "startup.fresh",
    of: { starts },
    values: acrossRuns("readyMs", readyMs),
  });
}

async function measureWarm(
  bridge: BenchBridge,
  figures: FigureBook,
  starts: number,
): Promise<void> {
  const readyMs: number[] = [];
  const goneMs: number[] = [];
  while (readyMs.length < starts) {
    goneMs.push(await bridge.stop());
    readyMs.push(await bridge.start());
  }
  figures.add({
    figure: "startup.warm",
    of: { starts },
    values: { ...acrossRuns("readyMs", readyMs), ...acrossRuns("goneMs", goneMs) },
  });
}

/** Each time on a stage of its own, so that nothing of the last one is there. */
async function repeat(
  stage: Stage,
  times: number,
  work: (own: Stage) => Promise<void>,
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const own = new Stage();
    stage.onEnd(() => own.end());
    await work(own);
    await own.end();
  }
}
