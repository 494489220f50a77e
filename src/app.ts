import express, { type Express } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { readQueueDepths } from "./admin/admin-queues.ts";
import { openAdminApp } from "./admin-app.ts";
import { keepUnreadable } from "./books/unreadable-book.ts";
import { openChannels } from "./channels.ts";
import type { Config } from "./config.ts";
import { openDeviceDesk } from "./devices/device-desk.ts";
import { sealAddress } from "./devices/sealed-address.ts";
import { createEvents } from "./events.ts";
import { errorResponder } from "./http/error-responder.ts";
import { healthRoutes } from "./http/health-routes.ts";
import { NotFoundError } from "./http/input-errors.ts";
import { mountRoutes } from "./http/route.ts";
import type { QuarantineEntry } from "./intake/quarantine.ts";
import { createIntakeListener } from "./intake/routes.ts";
import { mountLocalMode } from "./local-mode-app.ts";
import { checkDurability } from "./process-tree/redis-durability.ts";
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
import { createWebServer, type WebServer } from "./web-server.ts";

/** What the web process is made of. */
export interface AppDeps {
  readonly config: Config;
  readonly redis: Redis;
  readonly registry: Registry;
  readonly log: Logger;
}

/** The web process, ready to listen. */
export interface App {
  readonly web: WebServer;
  /** Ends the streams that pages keep open, so that the server can drain. */
  stopStreams(): void;
  close(): Promise<void>;
}

/** Puts the rooms of the web process together. */
export async function createApp(deps: AppDeps): Promise<App> {
  const { config, redis, registry, log } = deps;
  const events = createEvents(log, registry);
  const queues = {
    crmEvents: createCrmEventsQueue(redis),
    prompts: createPromptsQueue(redis),
    deliveries: createDeliveriesQueue(redis),
    writeBacks: createWriteBacksQueue(redis),
    reconcile: createReconcileQueue(redis),
    siroPoll: createSiroPollQueue(redis),
    siroEvents: createSiroEventsQueue(redis),
    siroMends: createSiroMendsQueue(redis),
    siroSyncs: createSiroSyncsQueue(redis),
  };
  const { channels, close: closeChannels } = openChannels(config);
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
  mountHealth(deps, pages, queues);
  const shared = { ...config, redis, queues, nowMs: Date.now, report: events.requestBroke };
  const desk = { ...shared, deliveries: queues.deliveries, channels };
  const admin = openAdminApp({ ...shared, devices: openDeviceDesk(desk) });
  pages.use(admin.router);
  const reps = openRepApp({ ...deps, ...queues, channels, events });
  pages.use(reps.router);
  const local = config.isLocalMode ? await mountLocalMode(deps, pages) : undefined;
  pages.use(() => {
    throw new NotFoundError("There is nothing at this address");
  }, errorResponder(events.requestBroke));
  return {
    web: createWebServer([intake, ...(local === undefined ? [] : [local.listener])], pages),
    stopStreams: () => {
      admin.stopStreams();
      reps.stopStreams();
      local?.stopStreams();
    },
    close: async () => {
      await local?.close();
      await closeChannels();
      await Promise.all(Object.values(queues).map(({ queue }) => queue.close()));
    },
  };
}

function mountHealth(
  { config, redis, registry }: AppDeps,
  pages: Express,
  queues: Parameters<typeof readQueueDepths>[0],
): void {
  const routes = healthRoutes({
    ...config,
    redis,
    registry,
    nowMs: Date.now,
    readQueues: () => readQueueDepths(queues, Date.now()),
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
  const sealedBody = sealAddress(bytes.toString("base64"), config.secretKey);
  return keepUnreadable(redis, { connection, reason, atMs: Date.now(), sealedBody });
}
