import express, { type Express } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { readQueueDepths } from "./admin/admin-queues.ts";
import type { SharedOverview } from "./admin/overview/share-overview.ts";
import { openAdminApp } from "./admin-app.ts";
import { keepUnreadable } from "./books/unreadable-book.ts";
import { openChannels } from "./channels.ts";
import type { Config } from "./config.ts";
import { connectionsHome } from "./connections-home.ts";
import { openDeviceDesk } from "./devices/device-desk.ts";
import { createDocsRouter } from "./docs/docs-router.ts";
import { createEvents, type Events } from "./events.ts";
import { errorResponder } from "./http/error-responder.ts";
import { healthRoutes } from "./http/health-routes.ts";
import { NotFoundError } from "./http/input-errors.ts";
import { mountRoutes } from "./http/route.ts";
import type { QuarantineEntry } from "./intake/quarantine.ts";
import { createIntakeListener } from "./intake/routes.ts";
import type { LiveConnections } from "./live-connections.ts";
import { type LocalMode, openLocalMode } from "./local-mode-app.ts";
import { checkDurability } from "./process-tree/redis-durability.ts";
import { createAlertsQueue } from "./queues/alerts.ts";
import { createCrmEventsQueue } from "./queues/crm-events.ts";
import { createDeliveriesQueue } from "./queues/deliveries.ts";
import { createPromptsQueue } from "./queues/prompts.ts";
import { createReconcileQueue } from "./queues/reconcile.ts";
import { createSiroEventsQueue } from "./queues/siro-events.ts";
import { createSiroMendsQueue } from "./queues/siro-mends.ts";
import { createSiroPollQueue } from "./queues/siro-poll.ts";
import { createSiroSyncsQueue } from "./queues/siro-syncs.ts";
import { createWriteBacksQueue } from "./queues/write-backs.ts";
import { openRepApp } from "./rep-app.ts";
import { readStateFigures } from "./state-metrics.ts";
import { createWebServer, listenerOf, type WebListener, type WebServer } from "./web-server.ts";

/** What the web process is made of. */
export interface AppDeps {
  readonly config: Config;
  readonly redis: Redis;
  readonly registry: Registry;
  readonly log: Logger;
  /** How changes of the connections are followed; without it they never change. */
  readonly live?: Pick<LiveConnections, "fileConnections" | "refresh">;
}

/** The web process, ready to listen. */
export interface App {
  readonly web: WebServer;
  /** Serves other connections from the next request on; no request is refused or cut for it. */
  takeUp(config: Config): void;
  /** Ends the streams that pages keep open, so that the server can drain. */
  stopStreams(): void;
  close(): Promise<void>;
}

/** Puts the rooms of the web process together. */
export async function createApp(deps: AppDeps): Promise<App> {
  const shared = await openShared(deps);
  const { events, queues, local } = shared;
  let rooms = openRooms(shared, deps.config);
  const web = createWebServer(rooms.listener);
  return {
    web,
    takeUp: (config) => {
      const before = rooms;
      rooms = openRooms(shared, config);
      const left = web.swap(rooms.listener);
      // Pages come back by themselves, to the new rooms.
      before.stopStreams();
      left.then(before.close).catch(events.requestBroke);
    },
    stopStreams: () => {
      rooms.stopStreams();
      local?.stopStreams();
    },
    close: async () => {
      await local?.close();
      await rooms.close();
      await Promise.all(Object.values(queues).map(({ queue }) => queue.close()));
    },
  };
}

/** What outlives every change of the connections. */
interface Shared extends Required<AppDeps> {
  readonly events: Events;
  readonly queues: ReturnType<typeof openQueues>;
  readonly local: LocalMode | undefined;
}

async function openShared(deps: AppDeps): Promise<Shared> {
  const { config, redis, registry, log } = deps;
  return {
    ...deps,
    live: deps.live ?? { fileConnections: config.connections, refresh: async () => undefined },
    events: createEvents(log, registry),
    queues: openQueues(redis),
    local: config.isLocalMode ? await openLocalMode(deps) : undefined,
  };
}

function openQueues(redis: Redis) {
  return {
    crmEvents: createCrmEventsQueue(redis),
    prompts: createPromptsQueue(redis),
    deliveries: createDeliveriesQueue(redis),
    writeBacks: createWriteBacksQueue(redis),
    reconcile: createReconcileQueue(redis),
    siroPoll: createSiroPollQueue(redis),
    siroEvents: createSiroEventsQueue(redis),
    siroMends: createSiroMendsQueue(redis),
    siroSyncs: createSiroSyncsQueue(redis),
    alerts: createAlertsQueue(redis),
  };
}

/** The rooms over one set of connections. */
interface Rooms {
  readonly listener: WebListener;
  stopStreams(): void;
  close(): Promise<void>;
}

function openRooms(all: Shared, config: Config): Rooms {
  const { redis, events, queues, local } = all;
  const deps = { ...all, config };
  const { channels, mailer, close } = openChannels(config);
  const intake = createIntakeListener({
    ...config,
    nowMs: Date.now,
    inbox: queues.crmEvents,
    siroInbox: queues.siroEvents,
    quarantine: { keep: (entry) => keepSealed(deps, entry) },
    events,
  });
  const pages = express();
  pages.disable("x-powered-by");
  pages.disable("etag");
  // Guards are mounted by path: another spelling of a path must not get past them.
  pages.enable("case sensitive routing");
  const shared = { ...config, redis, queues, nowMs: Date.now, report: events.requestBroke };
  const desk = { ...shared, deliveries: queues.deliveries, channels };
  const admin = openAdminApp({
    ...shared,
    mailer,
    devices: openDeviceDesk(desk),
    connectionsHome: connectionsHome(config, all.live),
  });
  mountHealth(deps, pages, { queues, overview: admin.overview });
  pages.use(admin.router);
  const reps = openRepApp({ ...deps, ...queues, channels, events });
  pages.use(reps.router);
  pages.use(createDocsRouter(config));
  local?.mount(pages);
  pages.use(() => {
    throw new NotFoundError("There is nothing at this address");
  }, errorResponder(events.requestBroke));
  return {
    listener: listenerOf([intake, ...(local === undefined ? [] : [local.listener])], pages),
    stopStreams: () => {
      admin.stopStreams();
      reps.stopStreams();
    },
    close,
  };
}

interface Watched {
  readonly queues: Parameters<typeof readQueueDepths>[0];
  readonly overview: SharedOverview;
}

function mountHealth(
  { config, redis, registry }: AppDeps,
  pages: Express,
  { queues, overview }: Watched,
): void {
  const routes = healthRoutes({
    ...config,
    redis,
    registry,
    nowMs: Date.now,
    readQueues: () => readQueueDepths(queues, Date.now()),
    readState: () => readStateFigures({ ...config, redis, overview, nowMs: Date.now }),
    durability: async () => {
      const found = await checkDurability(redis);
      return found.kind === "durable" || config.redisDurability === "warn" ? [] : found.findings;
    },
  });
  mountRoutes(pages, routes);
}

function keepSealed(
  { config, redis }: AppDeps,
  { connection, reason, bytes }: QuarantineEntry,
): Promise<void> {
  const message = { connection, reason, atMs: Date.now(), bytes };
  return keepUnreadable(redis, message, config.secretKey);
}
