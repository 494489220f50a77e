import { type Job, type Processor, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { ALERTS_QUEUE } from "../src/queues/alerts.ts";
import { CRM_EVENTS_QUEUE } from "../src/queues/crm-events.ts";
import { DELIVERIES_QUEUE } from "../src/queues/deliveries.ts";
import { isNewerPayload } from "../src/queues/payload-version.ts";
import { PROMPTS_QUEUE } from "../src/queues/prompts.ts";
import { queueBase } from "../src/queues/queue-base.ts";
import { KEEP_FINISHED } from "../src/queues/queue-settings.ts";
import { RECONCILE_QUEUE } from "../src/queues/reconcile.ts";
import { SIRO_EVENTS_QUEUE } from "../src/queues/siro-events.ts";
import { SIRO_MENDS_QUEUE } from "../src/queues/siro-mends.ts";
import { SIRO_POLL_QUEUE } from "../src/queues/siro-poll.ts";
import { SIRO_SYNCS_QUEUE } from "../src/queues/siro-syncs.ts";
import { UPKEEP_QUEUE } from "../src/queues/upkeep.ts";
import { WRITE_BACKS_QUEUE } from "../src/queues/write-backs.ts";
import { firePrompts } from "./fire-prompts.ts";
import { followEvents } from "./follow-events.ts";
import { followSiroEvents } from "./follow-siro-events.ts";
import { LOCK_MS } from "./is-taken-over.ts";
import type { ParkOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { mendRecordings } from "./mend-recordings.ts";
import { leaveToNewer } from "./newer-payload.ts";
import { parkJob } from "./park-job.ts";
import { pollSiro } from "./poll-siro.ts";
import { runReconcile } from "./run-reconcile.ts";
import { runUpkeep } from "./run-upkeep.ts";
import { type SettledWork, settleJob } from "./settle.ts";
import { createShares } from "./shares.ts";
import { syncEngagements } from "./sync-engagements.ts";
import { createTurns } from "./turns.ts";
import { workAlerts } from "./work-alerts.ts";
import { workDeliveries } from "./work-deliveries.ts";
import { writeBacks } from "./write-backs.ts";

/** A killed worker's jobs run again after at most this and the time of a lock; links must not come late. */
const STALLED_CHECK_MS = 3_000;
/** Two hard kills end a job with BullMQ's default of 1, whatever its attempts say. */
const MAX_STALLED = 5;

/** Far fewer than the prompts that are worked on at the same time: devices that hang hold up nobody else's moment. */
const ATTEMPTS = 128;
/** A connection whose devices hang leaves the rest to the others. */
const ATTEMPTS_OF_ONE = 96;
const SLOW_MS = 1_500;

type Adapter = (kit: WorkerKit, job: Job, token: string | undefined) => SettledWork;

/** The queues, what works on each, and how many jobs one process takes at a time. */
const STATIONS: readonly {
  readonly queue: string;
  readonly adapter: Adapter;
  readonly concurrency: number;
  /** Among how many BullMQ workers: each takes up all that it may before it begins the first. */
  readonly workers?: number;
}[] = [
  // Events of one burst share a Salesforce call only while they are worked on at the same time.
  { queue: CRM_EVENTS_QUEUE, adapter: followEvents, concurrency: 500, workers: 8 },
  // Prompts of one moment share their confirmation while they are worked on at the same time.
  { queue: PROMPTS_QUEUE, adapter: firePrompts, concurrency: 1000, workers: 8 },
  { queue: DELIVERIES_QUEUE, adapter: workDeliveries, concurrency: ATTEMPTS },
  // As many as one Salesforce call takes.
  { queue: WRITE_BACKS_QUEUE, adapter: writeBacks, concurrency: 200 },
  { queue: SIRO_EVENTS_QUEUE, adapter: followSiroEvents, concurrency: 32 },
  { queue: SIRO_POLL_QUEUE, adapter: pollSiro, concurrency: 8 },
  // Recordings that are looked at in one minute share what is read of Siro's list.
  { queue: SIRO_MENDS_QUEUE, adapter: mendRecordings, concurrency: 64 },
  { queue: SIRO_SYNCS_QUEUE, adapter: syncEngagements, concurrency: 8 },
  { queue: RECONCILE_QUEUE, adapter: runReconcile, concurrency: 4 },
  { queue: ALERTS_QUEUE, adapter: workAlerts, concurrency: 8 },
  { queue: UPKEEP_QUEUE, adapter: runUpkeep, concurrency: 1 },
];

/** Starts the BullMQ workers of all queues. */
export function startWorkers(given: WorkerKit, connection: Redis): readonly Worker[] {
  const kit = { ...attemptRules(given), ...given };
  return STATIONS.flatMap(({ workers = 1, concurrency, ...station }) =>
    Array.from({ length: workers }, () => ({
      ...station,
      concurrency: Math.ceil(concurrency / workers),
    })),
  ).map(({ queue, adapter, concurrency }) => {
    const worker = new Worker(queue, stationProcessor(kit, adapter), {
      ...queueBase(connection),
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
      // For jobs that do not say it themselves.
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    });
    worker.on("error", (error) => kit.events.workerFailed(queue, error));
    worker.on("failed", (job, error) => {
      if (job !== undefined && error.message.includes("stalled more than")) {
        void parkStalled(kit, adapter, job);
      }
    });
    return worker;
  });
}

function attemptRules({ config }: WorkerKit) {
  const mostOfOne = config.connections.size > 1 ? ATTEMPTS_OF_ONE : ATTEMPTS;
  const turns = { most: ATTEMPTS, mostOfOne, slowMs: SLOW_MS, mostSlow: ATTEMPTS };
  return { turns: createTurns(turns), deliveryShares: createShares(mostOfOne) };
}

/** Lets every worker finish what it has in hand; after `timeoutMs` the rest is left to another run. */
export async function stopWorkers(workers: readonly Worker[], timeoutMs: number): Promise<void> {
  const deadline = new Promise<void>((resolve) => {
    setTimeout(resolve, timeoutMs).unref();
  });
  await Promise.race([Promise.all(workers.map((worker) => worker.close())), deadline]);
}

function stationProcessor(kit: WorkerKit, adapter: Adapter): Processor {
  const deps = {
    events: kit.events,
    park: (parked: ParkOutcome, job: Job) => parkJob(kit, parked, job),
  };
  return async (job, token) => {
    const work = workOf(kit, adapter, { job, token });
    const run = async () => ((await isForNewer(kit, job)) ? LATER : work.run());
    return settleJob(deps, job, { ...work, run });
  };
}

/** By then the next generation of workers, which knows the connection, is at work. */
const LATER = { kind: "later", afterMs: 500 } as const;

/** The web process may serve a new connection a moment before the workers do. */
async function isForNewer(
  { config, isOutdated }: WorkerKit,
  { data }: Job<{ readonly connection?: unknown } | null>,
): Promise<boolean> {
  const named = data?.connection;
  const isUnknown = typeof named === "string" && !config.connections.has(named);
  return isUnknown && (await isOutdated?.()) === true;
}

/** A payload this version cannot read is parked whole; another version may know it. */
function workOf(
  kit: WorkerKit,
  adapter: Adapter,
  { job, token }: { readonly job: Job; readonly token: string | undefined },
): SettledWork {
  if (isNewerPayload(job.queueName, job.data)) {
    return leaveToNewer(job, { token, connection: connectionOf(kit, job) });
  }
  try {
    return adapter(kit, job, token);
  } catch {
    const unreadable: ParkOutcome = {
      kind: "park",
      connection: connectionOf(kit, job),
      reason: "PAYLOAD_UNREADABLE",
      detail: "The job's payload is of a form that this version does not know",
      work: { kind: "unreadable", queue: job.queueName, job: job.name, payload: job.data },
    };
    return { token, run: async () => unreadable, parkedAs: () => unreadable };
  }
}

/** Parked work must be on some operator's list, also when it does not say whose it is. */
function connectionOf(
  { config }: WorkerKit,
  { data }: Job<{ readonly connection?: unknown } | null>,
): string {
  const [first = "unknown"] = config.connections.keys();
  const named = data?.connection;
  return typeof named === "string" && config.connections.has(named) ? named : first;
}

async function parkStalled(kit: WorkerKit, adapter: Adapter, job: Job): Promise<void> {
  const { parkedAs } = workOf(kit, adapter, { job, token: undefined });
  try {
    const ending = parkedAs("STALLED", "Its worker died every time it ran");
    if (ending.kind === "park") {
      await parkJob(kit, ending, job);
    }
  } catch (error) {
    kit.events.workerFailed(job.queueName, error);
  }
}
