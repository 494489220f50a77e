import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../../src/keyspace.ts";
import { untilTrue } from "../../src/process-tree/until-true.ts";
import type { BridgePart } from "../world/bridge.ts";
import { ACME } from "../world/tenants.ts";
import { DUE_VISIT_PREFIX } from "./send-many.ts";

const MIB = 1024 * 1024;
const PAGE = 1_000;
const TOLD_TIMEOUT_MS = 30_000;

/** What is kept for a stated time and then goes by itself: for how long, and how its keys begin. */
const KEPT_FOR_A_TIME = [
  { what: "seen marks (72 h)", prefix: keyspace.seenEvent(ACME.name, "") },
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
  readonly keys: number;
  /** What was kept for a stated time, and its share of the memory. */
  readonly keptKeys: number;
  readonly keptMiB: number;
}

/** What a sample is taken of. */
export interface Sampled {
  readonly part: BridgePart;
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
  const { part, redis } = sampled;
  const before = await usedMiB(redis);
  const keptKeys = await takeKept(redis);
  const redisMiB = await usedMiB(redis);
  const [web, worker] = await Promise.all([
    usageOf(sampled, part.pidOf("web")),
    usageOf(sampled, part.pidOf("worker")),
  ]);
  return {
    events,
    webRssMiB: web.rss / MIB,
    webHeapMiB: web.heapUsed / MIB,
    workerRssMiB: worker.rss / MIB,
    workerHeapMiB: worker.heapUsed / MIB,
    redisMiB,
    keys: await redis.dbsize(),
    keptKeys,
    keptMiB: before - redisMiB,
  };
}

async function takeKept(redis: Redis): Promise<number> {
  let taken = 0;
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "COUNT", PAGE);
    cursor = next;
    const kept = keys.filter((key) => KEPT_FOR_A_TIME.some(({ prefix }) => key.startsWith(prefix)));
    if (kept.length > 0) {
      taken += await redis.del(...kept);
    }
  } while (cursor !== "0");
  return taken;
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
