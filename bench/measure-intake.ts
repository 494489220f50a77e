import { withCpuTime } from "./cpu-time.ts";
import type { Figure, FigureBook } from "./figures.ts";
import { bridgeTarget, ceilingTarget, type IntakeTarget } from "./intake-targets.ts";
import type { BenchOptions } from "./options.ts";
import { placeAnywhere, placeApart } from "./placement.ts";
import { type Program, startProgram } from "./program.ts";
import { type LoadResult, loadResultSchema } from "./programs/load-generator.ts";
import type { Stage } from "./stage.ts";
import { acrossRuns, medianOf } from "./statistics.ts";

const FIXED_RATE = 300;
const FIXED_RATE_CONNECTIONS = 32;
const EXPRESS_PEER = "Express, one add each";

/** One kind of load. */
interface Load {
  readonly connections: number;
  readonly notifications: number;
  readonly ratePerSecond?: number;
}

interface Plan {
  readonly loads: readonly Load[];
  /** Until the code is compiled: once for each target. */
  readonly firstWarmUpMs: number;
  readonly warmUpMs: number;
  readonly runMs: number;
  readonly rounds: number;
}

interface Run extends LoadResult {
  readonly serverCpuMs: number;
  readonly redisCpuMs: number;
}

/**
 * Measures durable acknowledgments beside the two ceilings and a peer.
 *
 * In each round every target has its turn, so that what else the machine does hits all of them alike; of the
 * rounds the median counts.
 */
export async function measureIntake(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const generator = startProgram(stage, "load-generator");
  const targets = [
    await bridgeTarget(stage, "web"),
    await ceilingTarget(stage, { name: "ceiling A", program: "xadd-ceiling" }),
    await ceilingTarget(stage, { name: "ceiling B", program: "queue-ceiling" }),
    await ceilingTarget(stage, { name: EXPRESS_PEER, program: "express-peer" }),
    await bridgeTarget(stage, "web,worker"),
  ];
  const plan = planOf(isQuick);
  for (const { port, path } of targets) {
    const warmUp = { port, path, connections: 32, notifications: 1, ms: plan.firstWarmUpMs };
    await generator.ask(warmUp, loadResultSchema);
  }
  for (const load of plan.loads) {
    const runs = new Map(targets.map((target): [IntakeTarget, Run[]] => [target, []]));
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const [target, done] of runs) {
        done.push(await measureRun({ generator, target }, load, plan));
      }
    }
    const measured = [...runs].map(([{ name }, done]) => figureOf(name, load, done));
    for (const figure of withRatios(measured)) {
      figures.add(figure);
    }
  }
}

function planOf(isQuick: boolean): Plan {
  const connections = isQuick ? [32] : [1, 32, 128];
  const fixedRate = {
    connections: FIXED_RATE_CONNECTIONS,
    notifications: 1,
    ratePerSecond: FIXED_RATE,
  };
  const closed = [1, 100].flatMap((notifications) =>
    connections.map((count) => ({ connections: count, notifications })),
  );
  return {
    loads: [...closed, fixedRate],
    ...(isQuick
      ? { firstWarmUpMs: 1000, warmUpMs: 200, runMs: 800, rounds: 1 }
      : { firstWarmUpMs: 3000, warmUpMs: 300, runMs: 1200, rounds: 5 }),
  };
}

async function measureRun(
  { generator, target }: { readonly generator: Program; readonly target: IntakeTarget },
  load: Load,
  { warmUpMs, runMs }: Plan,
): Promise<Run> {
  const { port, path, pids } = target;
  const [server, redis] = pids;
  if (target.isOneProcess) {
    placeApart(server, [redis, generator.pid]);
  } else {
    placeAnywhere([...pids, generator.pid]);
  }
  const send = (ms: number) => generator.ask({ port, path, ...load, ms }, loadResultSchema);
  await send(warmUpMs);
  await target.reset();
  const { result, cpuMs } = await withCpuTime(pids, () => send(runMs));
  await target.verify(result, load.notifications);
  const [serverCpuMs = Number.NaN, redisCpuMs = Number.NaN] = cpuMs;
  return { ...result, serverCpuMs, redisCpuMs };
}

function figureOf(target: string, load: Load, runs: readonly Run[]): Figure {
  const { connections, notifications, ratePerSecond } = load;
  const middle = (value: (run: Run) => number) => medianOf(runs.map(value));
  const across = (name: string, value: (run: Run) => number) => acrossRuns(name, runs.map(value));
  const refused = runs.reduce((sum, run) => sum + run.refused, 0);
  const rateOf = ({ acks, tookMs }: Run) => (acks * 1000) / tookMs;
  return {
    figure: ratePerSecond === undefined ? "intake.closed-loop" : "intake.fixed-rate",
    of: { target, connections, notifications, ...(ratePerSecond ? { ratePerSecond } : {}) },
    values: {
      runs: runs.length,
      ...across("acksPerSecond", rateOf),
      ...(notifications > 1 ? { notificationsPerSecond: middle(rateOf) * notifications } : {}),
      ...(refused > 0 ? { refused } : {}),
      p50Ms: middle(({ p50 }) => p50),
      ...across("p99Ms", ({ p99 }) => p99),
      serverCpuUs: middle(({ serverCpuMs, acks }) => (serverCpuMs * 1000) / acks),
      redisCpuUs: middle(({ redisCpuMs, acks }) => (redisCpuMs * 1000) / acks),
    },
  };
}

/** Says of the bridge which share of each ceiling it reaches, and of the peer. */
function withRatios(measured: readonly Figure[]): readonly Figure[] {
  const rateOf = (name: string) =>
    Number(measured.find(({ of }) => of["target"] === name)?.values["acksPerSecond"]);
  const [toA, toB, toPeer] = ["ceiling A", "ceiling B", EXPRESS_PEER].map(rateOf);
  return measured.map((figure) => {
    const shareOf = (rate = Number.NaN) => Number(figure.values["acksPerSecond"]) / rate;
    const isBridge = String(figure.of["target"]).startsWith("bridge");
    const shares = {
      ofCeilingA: shareOf(toA),
      ofCeilingB: shareOf(toB),
      ofExpress: shareOf(toPeer),
    };
    return isBridge && figure.figure === "intake.closed-loop"
      ? { ...figure, values: { ...figure.values, ...shares } }
      : figure;
  });
}
