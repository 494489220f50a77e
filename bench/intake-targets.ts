import type { Redis } from "ioredis";
import { CRM_EVENTS_QUEUE } from "../src/queues/crm-events.ts";
import { QUEUE_PREFIX } from "../src/queues/queue-settings.ts";
import { ACME, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis, startBenchRedis } from "./bench-redis.ts";
import { startProgram } from "./program.ts";
import { ceilingSchema } from "./programs/intake-ceilings.ts";
import type { LoadResult } from "./programs/load-generator.ts";
import type { Stage } from "./stage.ts";

/** Something that acknowledges outbound messages. */
export interface IntakeTarget {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** Whether one process does it all, beside its Redis. */
  readonly isOneProcess: boolean;
  /** The process that answers, and its Redis: what their processor time is counted by. */
  readonly pids: readonly [number, number];
  /** Empties the store, so that every run begins alike. */
  reset(): Promise<void>;
  /** Looks whether everything that was acknowledged since `reset` is stored. */
  verify(result: LoadResult, notifications: number): Promise<void>;
}

/** Where outbound messages go. */
export const INTAKE_PATH = `/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;

/** A bridge; without workers every acknowledged notification can be counted in the queue. */
export async function bridgeTarget(stage: Stage, roles: "web" | "web,worker") {
  const bridge = await startBenchBridge(stage, { roles });
  const redis = openBenchRedis(stage, bridge.redisUrl);
  const target: IntakeTarget = {
    name: roles === "web" ? "bridge" : "bridge with its worker",
    port: Number(new URL(bridge.url).port),
    path: INTAKE_PATH,
    isOneProcess: roles === "web",
    pids: [bridge.pidOf("web"), bridge.pidOf("redis")],
    reset: () => empty(redis),
    verify: async ({ acks, failures }, notifications) => {
      if (failures > 0) {
        throw new BridgeFailedError(`${failures} messages were neither acknowledged nor refused`);
      }
      if (roles === "web") {
        await verifyStored(redis, acks * notifications);
      }
    },
  };
  return target;
}

/** A ceiling or a peer, each with a Redis of its own. */
export async function ceilingTarget(
  stage: Stage,
  { name, program }: { readonly name: string; readonly program: string },
): Promise<IntakeTarget> {
  const server = await startBenchRedis(stage);
  const redis = openBenchRedis(stage, server.url);
  const ceiling = startProgram(stage, program);
  const { port } = await ceiling.ask({ redisUrl: server.url }, ceilingSchema);
  return {
    name,
    port,
    path: "/",
    isOneProcess: true,
    pids: [ceiling.pid, server.pid],
    reset: () => empty(redis),
    verify: async ({ failures }) => {
      if (failures > 0) {
        throw new Error(`${name} failed ${failures} times`);
      }
    },
  };
}

async function verifyStored(redis: Redis, acked: number): Promise<void> {
  const key = `${QUEUE_PREFIX}:${CRM_EVENTS_QUEUE}`;
  // What a connection sends beyond its turn stands apart.
  const stored = (await redis.llen(`${key}:wait`)) + (await redis.zcard(`${key}:prioritized`));
  if (stored < acked) {
    throw new BridgeFailedError(`${acked} notifications were acknowledged, ${stored} are stored`);
  }
}

async function empty(redis: Redis): Promise<void> {
  await redis.flushall();
}
