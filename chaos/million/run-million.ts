import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Stage } from "../../bench/stage.ts";
import { untilTrue } from "../../src/process-tree/until-true.ts";
import { DELIVERIES_QUEUE } from "../../src/queues/deliveries.ts";
import { QUEUE_PREFIX } from "../../src/queues/queue-settings.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { prepareBridge, startPart } from "../world/bridge.ts";
import { startChaosRedis } from "../world/chaos-redis.ts";
import { OperatorDesk } from "../world/operator.ts";
import { startSink } from "../world/sink.ts";
import { ACME } from "../world/tenants.ts";
import { curveOf, growthOf } from "./judge-memory.ts";
import { type MemorySample, type Sampled, sampleMemory } from "./sample-memory.ts";
import { countWaiting, DUE_AFTER_MS, repOf, type SendManyPlan, sendMany } from "./send-many.ts";

const TELL_HEAP = new URL("../programs/tell-heap.js", import.meta.url).href;
/** At least, and at most: as many as there are visits in between, so that each of them soon had a visit of every kind. */
const LEAST_REPS = 10;
const MOST_REPS = 200;
const STEPS = 10;
/** So many events are about each visit in the first step: its timeline is at its full length afterwards. */
const TURNS_IN_FIRST_STEP = 520;
/** The last visits that begin at once, and their prompts, are over after this. */
const OVER_AFTER_MS = 3 * DUE_AFTER_MS;
const QUIET_TIMEOUT_MS = 600_000;

/** What came of it: what grew beyond its bound, and all samples. */
export interface MillionResult {
  readonly growth: readonly string[];
  readonly samples: readonly MemorySample[];
  readonly arrivals: number;
}

/**
 * Sends so many events through a whole bridge and compares its memory at rest after the first tenth with that after
 * the last; prints the curve.
 */
export async function runMillion(stage: Stage, events: number): Promise<MillionResult> {
  const sink = await startSink(stage);
  const ground = await prepareBridge(stage, {});
  const { port } = await startChaosRedis(stage);
  const redisUrl = `redis://127.0.0.1:${port}`;
  const heapFolder = stage.makeFolder();
  const part = await startPart(ground, {
    name: "bridge",
    roles: "web,worker",
    redisUrl,
    env: { NODE_OPTIONS: `--import=${TELL_HEAP}`, CHAOS_HEAP_FOLDER: heapFolder },
  });
  const redis = openWorkerRedis(redisUrl);
  stage.onEnd(async () => redis.disconnect());
  const url = `http://127.0.0.1:${ground.port}`;
  const visits = Math.max(1, Math.floor(events / STEPS / TURNS_IN_FIRST_STEP));
  const reps = Array.from({ length: Math.min(MOST_REPS, Math.max(LEAST_REPS, visits)) }, (_, at) =>
    repOf(at),
  );
  await new OperatorDesk(url).enrol(
    reps.map((userId) => ({ connection: ACME.name, userId })),
    sink,
  );
  const samples = await sendInSteps(
    // Its log grows with every event: who is who is read off it once.
    { pids: { web: part.pidOf("web"), worker: part.pidOf("worker") }, redis, heapFolder },
    { url, redis, visits, reps: reps.length, beganAtMs: Date.now() },
    events,
  );
  console.log(curveOf(samples));
  return { growth: growthOf(samples), samples, arrivals: sink.arrivals.length };
}

async function sendInSteps(
  sampled: Sampled,
  plan: SendManyPlan,
  events: number,
): Promise<readonly MemorySample[]> {
  const samples: MemorySample[] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    const beganMs = performance.now();
    const until = Math.floor((events * step) / STEPS);
    await sendMany(plan, { from: Math.floor((events * (step - 1)) / STEPS), until });
    await untilFollowed(plan.redis);
    const perSecond = Math.round((events * 1_000) / STEPS / (performance.now() - beganMs));
    await untilOver(plan.redis);
    const sample = await sampleMemory(sampled, until);
    samples.push(sample);
    console.log(JSON.stringify({ ...sample, perSecond }));
  }
  return samples;
}

/** Nothing waits that was sent. */
async function untilFollowed(redis: Redis): Promise<void> {
  const key = `${QUEUE_PREFIX}:${DELIVERIES_QUEUE}`;
  const isQuiet = async () =>
    (await countWaiting(redis)) +
      (await redis.llen(`${key}:wait`)) +
      (await redis.zcard(`${key}:prioritized`)) +
      (await redis.llen(`${key}:active`)) ===
    0;
  if (!(await untilTrue(isQuiet, QUIET_TIMEOUT_MS))) {
    throw new Error("the bridge did not come to rest");
  }
}

/** The visits that begin at once are over, too, and told of. */
async function untilOver(redis: Redis): Promise<void> {
  await delay(OVER_AFTER_MS);
  await untilFollowed(redis);
}
