import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { countParked } from "../../src/books/parked-book.ts";
import { loadConfig } from "../../src/config.ts";
import { type Parked, parkedSchema } from "../../src/domain/parked.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type CrmEventsQueue, createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import type { JobOutcome } from "../../workers/job-outcome.ts";
import type { WorkerKit } from "../../workers/kit.ts";
import { createPlanner } from "../../workers/plan-rep.ts";
import { startWorkers, stopWorkers } from "../../workers/supervise.ts";
import type { WorkerEvents } from "../../workers/worker-events.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

/** What the workers told, in order. */
export interface Told {
  readonly event: string;
  readonly queue: string;
  readonly detail: string;
}

/** The worker process without its channels, over a real Redis. */
export interface WorkerStage {
  readonly redis: Redis;
  readonly kit: WorkerKit;
  readonly crmEvents: CrmEventsQueue;
  readonly told: readonly Told[];
  /** Starts the workers of all queues; they end with the stage. */
  start(): Promise<void>;
  /** Resolves once so much is parked for a connection; returns it. */
  untilParked(connection: string, count: number): Promise<readonly Parked[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a stage with one connection, `acme`. */
export async function openWorkerStage(): Promise<WorkerStage> {
  const server = await startRedisServer();
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-worker-"));
  const file = join(dir, "connections.json");
  const acme = {
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
  };
  writeFileSync(file, JSON.stringify({ connections: [acme] }));
  const redis = openWorkerRedis(server.url);
  const told: Told[] = [];
  const prompts = createPromptsQueue(redis);
  const crmEvents = createCrmEventsQueue(redis);
  const kit: WorkerKit = {
    config: loadConfig({ DATA_DIR: dir, CONNECTIONS_FILE: file }),
    redis,
    crmEvents,
    prompts,
    planRep: createPlanner({ redis, prompts }),
    orgs: new Map(),
    deliveries: createDeliveriesQueue(redis),
    channels: new Map(),
    events: tellingEvents(told),
  };
  let workers: readonly Worker[] = [];
  const stop = async () => {
    await stopWorkers(workers, 5000);
    workers = [];
  };
  return {
    redis,
    kit,
    crmEvents,
    told,
    start: async () => {
      workers = startWorkers(kit, redis);
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },
    untilParked: async (connection, count) => {
      await until(async () => (await countParked(redis, connection)) >= count, {
        timeoutMs: 12_000,
        what: `${count} parked entries of ${connection}`,
      });
      const entries = await redis.hvals(keyspace.parked(connection));
      return entries.map((text) => parkedSchema.parse(JSON.parse(text)));
    },
    clear: async () => {
      await stop();
      told.length = 0;
      await redis.flushall();
    },
    close: async () => {
      await stop();
      await Promise.all([crmEvents, kit.prompts, kit.deliveries].map(({ queue }) => queue.close()));
      redis.disconnect();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function tellingEvents(told: Told[]): WorkerEvents {
  const tell = (event: string, queue: string, detail: string) =>
    void told.push({ event, queue, detail });
  return {
    jobSettled: (job: Job, outcome: JobOutcome) => tell("settled", job.queueName, outcome.kind),
    jobBroke: (job: Job, code: string) => tell("broke", job.queueName, code),
    jobParked: (job: Job, reason: string) => tell("parked", job.queueName, reason),
    deliveries: {
      attempted: (channel, result) => tell(`attempted ${channel}`, "deliveries", result),
      firstAccepted: () => undefined,
    },
    promptFired: (lateMs: number) => tell("fired", "prompts", String(lateMs)),
    workerFailed: (queue: string) => tell("failed", queue, ""),
    promptsRescued: (_: string, why: string) => tell("rescued", "prompts", why),
    storeWatched: (found: string) => tell("store", "", found),
  };
}
