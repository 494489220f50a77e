import type { Redis } from "ioredis";
import { type BenchBridge, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { bookVisits, tellAgain } from "./booked-visits.ts";
import { withCpuTime } from "./cpu-time.ts";
import { daysVisits, VISITS_PER_REP } from "./days-visits.ts";
import type { FigureBook } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";
import { acrossRuns } from "./statistics.ts";

const PROMPTS_PER_VISIT = 2;
const LEVELS = [1_000, 10_000, 100_000];
/** Takes two gibibytes of Redis' memory and ten minutes. */
const FULL_LEVEL = 1_000_000;
const QUICK_LEVELS = [1_000, 5_000];
const ROUNDS = 5;
const REPS = 80;
const EVENTS = REPS * VISITS_PER_REP;
/** Rounds that do not count, so that the code is compiled when the smallest store is measured. */
const WARM_UP_ROUNDS = 5;
const MINUTE_MS = 60_000;

interface Growth {
  readonly bridge: BenchBridge;
  readonly redis: Redis;
  /** Every round moves its visits to a place they had not before. */
  version: number;
}

/**
 * Measures what an event costs while more and more prompts wait: it moves a booked visit, whose plan is made anew,
 * so that no round changes how many wait. The visits are booked through the front door.
 */
export async function measureGrowth(
  stage: Stage,
  figures: FigureBook,
  options: BenchOptions,
): Promise<void> {
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const growth = { bridge, redis: openBenchRedis(stage, bridge.redisUrl), version: 0 };
  let booked = 0;
  for (const waiting of levelsOf(options)) {
    const visits = waiting / PROMPTS_PER_VISIT;
    await bookVisits(bridge, growth.redis, daysVisits(booked, visits - booked));
    for (let round = 0; booked === 0 && round < WARM_UP_ROUNDS; round += 1) {
      await moveSome(growth, visits);
    }
    booked = visits;
    await measureLevel(growth, figures, waiting);
  }
}

function levelsOf({ isQuick, isFullGrowth }: BenchOptions): readonly number[] {
  const levels = isQuick ? QUICK_LEVELS : LEVELS;
  return isFullGrowth ? [...levels, FULL_LEVEL] : levels;
}

async function measureLevel(growth: Growth, figures: FigureBook, waiting: number): Promise<void> {
  const { bridge } = growth;
  const perSecond: number[] = [];
  const { cpuMs } = await withCpuTime([bridge.pidOf("worker"), bridge.pidOf("redis")], async () => {
    while (perSecond.length < ROUNDS) {
      perSecond.push(await moveSome(growth, waiting / PROMPTS_PER_VISIT));
    }
  });
  const [workerCpuUs, redisCpuUs] = cpuMs.map((ms) => (ms * 1000) / (ROUNDS * EVENTS));
  figures.add({
    figure: "growth.event",
    of: { waitingPrompts: waiting },
    values: {
      runs: ROUNDS,
      ...acrossRuns(
        "usPerEvent",
        perSecond.map((rate) => 1_000_000 / rate),
      ),
      workerCpuUs: workerCpuUs ?? null,
      redisCpuUs: redisCpuUs ?? null,
    },
  });
}

/** Moves the visits of some reps from all over the store by some minutes; resolves to the events per second. */
async function moveSome(growth: Growth, booked: number): Promise<number> {
  growth.version += 1;
  const { version } = growth;
  const laterMs = (version % 50) * MINUTE_MS;
  const apart = Math.floor(booked / VISITS_PER_REP / REPS);
  const visits = Array.from({ length: REPS }, (_, at) =>
    daysVisits(at * apart * VISITS_PER_REP, VISITS_PER_REP),
  ).flat();
  const moved = visits.map((visit) => ({
    ...visit,
    version,
    startAtMs: visit.startAtMs + laterMs,
    endAtMs: visit.endAtMs + laterMs,
  }));
  return tellAgain(growth.bridge, growth.redis, moved);
}
