import type { Redis } from "ioredis";
import { startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { bookVisits, tellAgain } from "./booked-visits.ts";
import { daysVisits } from "./days-visits.ts";
import type { FigureBook } from "./figures.ts";
import { type KeyKind, sizesByKind } from "./key-sizes.ts";
import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";

/** Fills the list of finished jobs that the queues keep, which does not grow any more afterwards. */
const PRIMING = 600;
const VISITS = 5000;

/** Measures what one appointment with two waiting prompts takes in Redis, and what each further event leaves. */
export async function measureMemory(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const count = isQuick ? VISITS / 5 : VISITS;
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const redis = openBenchRedis(stage, bridge.redisUrl);
  await bookVisits(bridge, redis, daysVisits(0, PRIMING));
  const before = await usedBytes(redis);
  const visits = daysVisits(PRIMING, count);
  await bookVisits(bridge, redis, visits);
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
  const beforeEvents = await usedBytes(redis);
  const again = visits.map((visit) => ({ ...visit, version: 1 }));
  await tellAgain(bridge, redis, again);
  const marks = (await sizesByKind(redis)).get("seen mark") ?? 0;
  figures.add({
    figure: "memory.kept-event",
    of: { events: count },
    values: {
      bytes: ((await usedBytes(redis)) - beforeEvents) / count,
      ofThatSeenMark: (marks - (sizes.get("seen mark") ?? 0)) / count,
    },
  });
}

async function usedBytes(redis: Redis): Promise<number> {
  const info = await redis.info("memory");
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
