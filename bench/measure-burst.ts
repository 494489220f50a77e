import { startBenchRedis } from "./bench-redis.ts";
import {
  addWorker,
  type BenchChannel,
  type DeliveryRun,
  type DeliverySite,
  deliver,
  openDeliverySite,
} from "./delivery-site.ts";
import type { FigureBook } from "./figures.ts";
import { latenessValues } from "./lateness-values.ts";
import type { BenchOptions } from "./options.ts";
import { addHeldMemory } from "./process-memory.ts";
import { startProgram } from "./program.ts";
import { drainSchema } from "./programs/noop-drain.ts";
import type { Stage } from "./stage.ts";
import { acrossRuns, medianOf } from "./statistics.ts";

const CHANNELS: readonly BenchChannel[] = ["webhook", "web-push"];
const NOOP_CONCURRENCY = 64;

interface Burst {
  readonly size: number;
  readonly runs: number;
}

interface Plan {
  /** Sent before anything counts, so that the worker's code is compiled. */
  readonly warmUp: number;
  readonly bursts: readonly Burst[];
}

/** Ten thousand take half a minute with their booking, so they come once. */
const WHOLE: Plan = {
  warmUp: 1_000,
  bursts: [
    { size: 2_000, runs: 3 },
    { size: 10_000, runs: 1 },
  ],
};
const QUICK: Plan = { warmUp: 200, bursts: [{ size: 2_000, runs: 1 }] };

/** Measures the nine-o'clock burst: many prompts, each for another rep, due in the same millisecond. */
export async function measureBurst(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const plan = isQuick ? QUICK : WHOLE;
  const largest = plan.bursts.slice(-1);
  const bursts = [...plan.bursts, ...largest];
  const reps = bursts.reduce((sum, { size, runs }) => sum + size * runs, plan.warmUp * 3);
  const site = await openDeliverySite(stage, reps * CHANNELS.length);
  for (const channel of CHANNELS) {
    await deliver(site, { channel, size: plan.warmUp });
    for (const burst of plan.bursts) {
      await measureOne(site, figures, { ...burst, channel, target: "bridge" });
    }
  }
  addHeldMemory(figures, site.bridge, "after the bursts");
  await measureNoops(stage, figures, plan.bursts);
  await addWorker(stage, site);
  for (const channel of CHANNELS) {
    // What both are sent is shared between them.
    await deliver(site, { channel, size: plan.warmUp * 2 });
    for (const burst of largest) {
      await measureOne(site, figures, { ...burst, channel, target: "two worker processes" });
    }
  }
}

interface MeasuredBurst extends Burst {
  readonly channel: BenchChannel;
  readonly target: string;
}

async function measureOne(
  site: DeliverySite,
  figures: FigureBook,
  { target, channel, size, runs }: MeasuredBurst,
): Promise<void> {
  const done: DeliveryRun[] = [];
  while (done.length < runs) {
    done.push(await deliver(site, { channel, size }));
  }
  figures.add({
    figure: "burst.planning",
    of: { target, channel, visits: size },
    values: {
      ...acrossRuns(
        "plannedPerSecond",
        done.map(({ plannedPerSecond }) => plannedPerSecond),
      ),
    },
  });
  figures.add({
    figure: "burst.deliveries",
    of: { target, channel, prompts: size },
    values: { ...latenessValues(done), ...effort(done) },
  });
}

/** What the deliveries cost, and how closely they were looked at. */
export function effort(runs: readonly DeliveryRun[]): Readonly<Record<string, number>> {
  const sum = (of: (run: DeliveryRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    sentTwice: sum(({ requests, distinct }) => requests - distinct),
    foundGenuine: sum(({ genuine }) => genuine),
    workerCpuUs: medianOf(runs.map(({ workerCpuMs, size }) => (workerCpuMs * 1000) / size)),
    redisCpuUs: medianOf(runs.map(({ redisCpuMs, size }) => (redisCpuMs * 1000) / size)),
  };
}

/** The ceiling: as many jobs that do nothing. */
async function measureNoops(
  stage: Stage,
  figures: FigureBook,
  bursts: readonly Burst[],
): Promise<void> {
  const { url } = await startBenchRedis(stage);
  const drain = startProgram(stage, "noop-drain");
  for (const { size, runs } of bursts) {
    const request = { redisUrl: url, jobs: size, overMs: 0, concurrency: NOOP_CONCURRENCY };
    const done = [];
    while (done.length < runs) {
      const late = await drain.ask(request, drainSchema);
      done.push({ ...late, size, tookMs: late.max });
    }
    figures.add({
      figure: "burst.deliveries",
      of: { target: "no-op drain", prompts: size },
      values: latenessValues(done),
    });
  }
}
