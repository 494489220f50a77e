import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../../src/keyspace.ts";
import { untilTrue } from "../../src/process-tree/until-true.ts";
import { ALERTS_QUEUE } from "../../src/queues/alerts.ts";
import { CRM_EVENTS_QUEUE } from "../../src/queues/crm-events.ts";
import { DELIVERIES_QUEUE } from "../../src/queues/deliveries.ts";
import { PROMPTS_QUEUE } from "../../src/queues/prompts.ts";
import { QUEUE_PREFIX } from "../../src/queues/queue-settings.ts";
import { UPKEEP_QUEUE } from "../../src/queues/upkeep.ts";
import { ACME } from "../world/tenants.ts";
import { DUE_VISIT_PREFIX } from "./send-many.ts";

const MIB = 1024 * 1024;
const PAGE = 1_000;
/** What Redis answers for a key without an end. */
const ENDS_NEVER = -1;
const TOLD_TIMEOUT_MS = 30_000;

/** What is kept for a stated time and then goes by itself: for how long, and how its keys begin. */
const KEPT_FOR_A_TIME = [
  { what: "seen marks (72 h)", prefix: keyspace.seenEvent(ACME.name, "") },
  { what: "events that came again (30 days)", prefix: keyspace.cameAgain(ACME.name, "") },
  {
    what: "visits that are over (30 days)",
    prefix: keyspace.appointment(ACME.name, DUE_VISIT_PREFIX),
  },
  { what: "their timelines (30 days)", prefix: keyspace.timeline(ACME.name, DUE_VISIT_PREFIX) },
  { what: "links of prompts (until their visit is forgotten)", prefix: keyspace.promptToken("") },
] as const;

const usageSchema = z.object({ rss: z.number(), heapUsed: z.number() });

/** The memory of everything at rest; sizes in MiB. */
export interface MemorySample {
  readonly events: number;
  readonly webRssMiB: number;
  readonly webHeapMiB: number;
  readonly workerRssMiB: number;
  readonly workerHeapMiB: number;
  /** Without what is kept for a stated time. */
  readonly redisMiB: number;
  /** Those that nothing ends, finished jobs not counted. */
  readonly lastingKeys: number;
  /** Those that end at a moment of their own, what is kept for a stated time not counted. */
  readonly endingKeys: number;
  /** In the queue that has most of them. */
  readonly finishedJobs: number;
  /** What was kept for a stated time, and its share of the memory. */
  readonly keptKeys: number;
  readonly keptMiB: number;
}

/** What a sample is taken of. */
export interface Sampled {
  readonly pids: { readonly web: number; readonly worker: number };
  readonly redis: Redis;
  /** Where processes tell what they use. */
  readonly heapFolder: string;
}

/**
 * Takes a sample at rest.
 *
 * What is kept for a stated time is counted and then taken away, as the end of that time would: what is left has to
 * stay the same, however many events came.
 */
export async function sampleMemory(sampled: Sampled, events: number): Promise<MemorySample> {
  const { pids, redis } = sampled;
  const before = await usedMiB(redis);
  const { keptKeys, endingKeys, lastingKeys } = await takeKept(redis);
  const finished = await countFinished(redis);
  const redisMiB = await usedMiB(redis);
  const [web, worker] = await Promise.all([
    usageOf(sampled, pids.web),
    usageOf(sampled, pids.worker),
  ]);
  return {
    events,
    webRssMiB: web.rss / MIB,
    webHeapMiB: web.heapUsed / MIB,
    workerRssMiB: worker.rss / MIB,
    workerHeapMiB: worker.heapUsed / MIB,
    redisMiB,
    lastingKeys: lastingKeys - finished.reduce((sum, count) => sum + count, 0),
    endingKeys,
    finishedJobs: Math.max(...finished),
    keptKeys,
    keptMiB: before - redisMiB,
  };
}

/** Takes away what is kept for a stated time, and counts it and the rest. */
async function takeKept(redis: Redis) {
  const counts = { keptKeys: 0, endingKeys: 0, lastingKeys: 0 };
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "COUNT", PAGE);
    cursor = next;
    const kept = keys.filter(isKeptForATime);
    counts.keptKeys += kept.length === 0 ? 0 : await redis.del(...kept);
    const rest = keys.filter((key) => !isKeptForATime(key));
    const endsInMs = await Promise.all(rest.map((key) => redis.pttl(key)));
    counts.endingKeys += endsInMs.filter((ms) => ms >= 0).length;
    counts.lastingKeys += endsInMs.filter((ms) => ms === ENDS_NEVER).length;
  } while (cursor !== "0");
  return counts;
}

function isKeptForATime(key: string): boolean {
  return KEPT_FOR_A_TIME.some(({ prefix }) => key.startsWith(prefix));
}

/** How many finished jobs each queue still has. */
async function countFinished(redis: Redis): Promise<readonly number[]> {
  const queues = [CRM_EVENTS_QUEUE, PROMPTS_QUEUE, DELIVERIES_QUEUE, ALERTS_QUEUE, UPKEEP_QUEUE];
  const keys = queues.flatMap((queue) =>
    ["completed", "failed"].map((state) => `${QUEUE_PREFIX}:${queue}:${state}`),
  );
  return Promise.all(keys.map((key) => redis.zcard(key)));
}

async function usedMiB(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]) / MIB;
}

/** Has a process collect its garbage first. */
async function usageOf({ heapFolder }: Sampled, pid: number) {
  const path = join(heapFolder, `${pid}.json`);
  rmSync(path, { force: true });
  process.kill(pid, "SIGUSR2");
  let usage: z.infer<typeof usageSchema> | undefined;
  await untilTrue(() => {
    try {
      usage = usageSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch {
      usage = undefined;
    }
    return usage !== undefined;
  }, TOLD_TIMEOUT_MS);
  if (usage === undefined) {
    throw new Error(`process ${pid} did not tell what memory it uses`);
  }
  return usage;
}
