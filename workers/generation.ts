import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { readConnectionsVersion } from "../src/books/connection-book.ts";
import { readStoreNowMs } from "../src/books/store-clock.ts";
import { openChannels } from "../src/channels.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { LiveConfig } from "../src/live-connections.ts";
import { startChangeStreams } from "./change-streams.ts";
import { clearCalledOff } from "./clear-called-off.ts";
import { openSiroMends } from "./open-siro-mends.ts";
import { openSiroSyncs } from "./open-siro-syncs.ts";
import { openSiros } from "./open-siros.ts";
import { openWriteBacks } from "./open-write-backs.ts";
import { type Orgs, openOrgs } from "./orgs.ts";
import { createPlanner } from "./plan-rep.ts";
import { scheduleRounds } from "./schedule-rounds.ts";
import { startWorkers, stopWorkers } from "./supervise.ts";
import type { WorkerEvents } from "./worker-events.ts";
import type { WorkerQueues } from "./worker-queues.ts";

const STREAMS_STOP_MS = 1_000;

/** What outlives a generation of workers. */
export interface GenerationDeps {
  readonly redis: Redis;
  readonly queues: WorkerQueues;
  readonly log: Logger;
  readonly events: WorkerEvents;
  /** When the process began to work; epoch milliseconds. */
  readonly startedAtMs: number;
}

/** How long what is in hand may take at the end. */
export interface DrainTimes {
  /** After so long attempts to devices that hang are cut; their jobs are put off and released. */
  readonly attemptsMs: number;
  /** After so long nothing is waited for. */
  readonly drainMs: number;
}

/** Everything in the worker process that is made from one set of connections. */
export interface Generation {
  readonly orgs: Orgs;
  readonly connections: readonly Connection[];
  /** The queues it works on. */
  readonly names: readonly string[];
  /** Sets up again what lives in the store alone, and has the orgs read anew; safe to repeat. */
  restore(): Promise<void>;
  /** Takes no new work, finishes what is in hand, lets go of everything. */
  stop(times: DrainTimes): Promise<void>;
}

/** Starts workers over a set of connections; resolves once they take work. `earlier` lends what it knows of the same orgs. */
export async function openGeneration(
  deps: GenerationDeps,
  { config, version }: LiveConfig,
  earlier?: Generation,
): Promise<Generation> {
  const { redis, queues, log } = deps;
  const kit = openKit(deps, { config, version }, earlier);
  const { roads, ...rest } = kit;
  const connections = [...config.connections.values()];
  await scheduleRounds(queues, connections);
  // Blocking reads wait on connections of their own, which BullMQ makes from this one.
  const workers = startWorkers(rest, redis);
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  void rest.siroMends.takeUpDryRuns();
  const changes = await startChangeStreams({ ...rest, reconcile: queues.reconcile, log });
  return {
    orgs: kit.orgs,
    connections,
    names: [...new Set(workers.map(({ name }) => name))],
    restore: async () => {
      await scheduleRounds(queues, connections);
      await Promise.all([...kit.orgs.keys()].map((name) => queues.reconcile.lookSoon(name)));
    },
    stop: async ({ attemptsMs, drainMs }) => {
      await changes.stop(STREAMS_STOP_MS);
      const cutting = setTimeout(() => void roads.abort(), attemptsMs);
      await stopWorkers(workers, drainMs);
      clearTimeout(cutting);
      await roads.abort();
    },
  };
}

function openKit(
  { redis, queues, events, startedAtMs }: GenerationDeps,
  { config, version }: LiveConfig,
  earlier: Generation | undefined,
) {
  const { crmEvents, prompts, deliveries } = queues;
  const connections = [...config.connections.values()];
  const orgs = openOrgs(connections, {
    isMoreComing: crmEvents.isAnyWaiting,
    org: { assertionNowMs: () => readStoreNowMs(redis) },
    ...(earlier === undefined ? {} : { earlier: earlier.orgs }),
  });
  const orgOf = (name: string) => orgs.get(name)?.org;
  const { channels, ...roads } = openChannels({ ...config, orgOf });
  const writeBacks = openWriteBacks({ config, redis, orgs, events }, queues.writeBacks);
  const siros = openSiros(connections, redis);
  const siroSyncs = openSiroSyncs({ config, redis, siros, events }, queues.siroSyncs);
  return {
    config,
    redis,
    channels,
    roads,
    crmEvents,
    orgs,
    prompts,
    planRep: createPlanner({
      redis,
      prompts,
      announce: async (connection, change) => {
        await siroSyncs.announce(connection, change);
        await writeBacks.announce(connection, change);
      },
      changed: (connection, change) =>
        clearCalledOff({ redis, deliveries, channels }, connection, change),
    }),
    deliveries,
    alerts: { queue: queues.alerts, ...roads },
    siros,
    siroSyncs,
    siroMends: openSiroMends({ config, redis, siros, events }, queues.siroMends),
    writeBacks,
    events,
    startedAtMs,
    isOutdated: async () => (await readConnectionsVersion(redis)) !== version,
  };
}
