import type { Redis } from "ioredis";
import { startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { bookVisits, type Visit } from "./booked-visits.ts";
import type { FigureBook } from "./figures.ts";
import { type KeyKind, sizesByKind } from "./key-sizes.ts";
import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Fills the list of finished jobs that the queues keep, which does not grow any more afterwards. */
const PRIMING = 600;
const VISITS = 5000;
const VISITS_PER_REP = 5;

/** Measures what one appointment with two waiting prompts takes in Redis. */
export async function measureMemory(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const count = isQuick ? VISITS / 5 : VISITS;
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const redis = openBenchRedis(stage, bridge.redisUrl);
  await bookVisits(bridge, redis, visitsOf(0, PRIMING));
  const before = await usedBytes(redis);
  await bookVisits(bridge, redis, visitsOf(PRIMING, count));
  const bytes = ((await usedBytes(redis)) - before) / count;
  const sizes = await sizesByKind(redis);
  const share = (kind: KeyKind) => (sizes.get(kind) ?? 0) / (PRIMING + count);
  figures.add({
    figure: "memory.waiting-appointment",
    of: { appointments: count, promptsEach: 2 },
    values: {
      bytes,
      ofThatAppointment: share("appointment"),
      ofThatTimeline: share("timeline"),
      ofThatPromptJobs: share("prompt job"),
      ofThatSeenMark: share("seen mark"),
      ofThatRep: share("rep"),
    },
  });
}

/** Five visits a day and rep, two hours apart, so that none merges with the next. */
function visitsOf(from: number, count: number): readonly Visit[] {
  const tomorrowMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS + DAY_MS;
  return Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const startAtMs = tomorrowMs + (number % VISITS_PER_REP) * 2 * HOUR_MS;
    const rep = Math.floor(number / VISITS_PER_REP);
    return { number, rep, startAtMs, endAtMs: startAtMs + HOUR_MS };
  });
}

async function usedBytes(redis: Redis): Promise<number> {
  const info = await redis.info("memory");
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
