import { once } from "node:events";
import { createServer } from "node:http";
import { resolve } from "node:path";
import express from "express";
import { type AdminAppDeps, openAdminApp } from "../../src/admin-app.ts";
import { openChannels } from "../../src/channels.ts";
import { openDeviceDesk } from "../../src/devices/device-desk.ts";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import { createAlertsQueue } from "../../src/queues/alerts.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { createReconcileQueue } from "../../src/queues/reconcile.ts";
import { createSiroEventsQueue } from "../../src/queues/siro-events.ts";
import { createSiroMendsQueue } from "../../src/queues/siro-mends.ts";
import { createSiroPollQueue } from "../../src/queues/siro-poll.ts";
import { createSiroSyncsQueue } from "../../src/queues/siro-syncs.ts";
import { createWriteBacksQueue } from "../../src/queues/write-backs.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { startRedisServer } from "../support/redis-server.ts";

/** The operators' password of test servers. */
export const PASSWORD = "an-invented-password";
/** The bearer of test servers. */
export const API_TOKEN = "an-invented-admin-token";
/** The key of test servers. */
export const SECRET_KEY = Buffer.alloc(32, 9);

/** What a server was asked for, beyond the usual. */
export type AdminInput = Partial<
  Pick<
    AdminAppDeps,
    | "adminPassword"
    | "adminApiToken"
    | "publicUrl"
    | "trustedProxies"
    | "nowMs"
    | "connections"
    | "pingMs"
    | "mailer"
    | "oidc"
  >
> & {
  /** Those of the file, where others are served, too. */
  readonly fileConnections?: ReadonlyMap<string, Connection>;
};

/** One call; the bearer is sent unless `headers` name another way. */
export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type AdminServer = Awaited<ReturnType<typeof startAdmin>>;
export type AdminStore = Awaited<ReturnType<typeof startStore>>;

/** A real Redis with the bridge's connection and queues. */
export async function startStore() {
  const server = await startRedisServer();
  const redis = openProducerRedis(server.url);
  await untilReady(redis, 10_000);
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
    alerts: createAlertsQueue(redis),
  };
  return {
    server,
    redis,
    queues,
    stop: async () => {
      await Promise.all(Object.values(queues).map(({ queue }) => queue.close()));
      redis.disconnect();
      await server.stop();
    },
  };
}

/** Lets everybody try again: lock-outs outlive the server that made them. */
export async function forgetFailures({ redis }: AdminStore): Promise<void> {
  const keys = await redis.keys("sb:failures:*");
  await Promise.all(keys.map((key) => redis.del(key)));
}

/** Builds a connection by its schema. */
export function aConnection(input: Readonly<Record<string, unknown>> = {}): Connection {
  return connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["0123456789abcdef0123456789abcdef-first"],
    ...input,
  });
}

/** Starts the operators' window on a real HTTP port over a store. */
export async function startAdmin({ redis, queues }: AdminStore, input: AdminInput = {}) {
  const channels = openChannels({ outboundAllow: ["127.0.0.1"], connections: new Map() });
  const connections = input.connections ?? new Map([["acme", aConnection()]]);
  const nowMs = input.nowMs ?? Date.now;
  const reported: unknown[] = [];
  const publicUrl = new URL("http://bridge.example.com");
  const desk = { redis, nowMs, publicUrl, secretKey: SECRET_KEY, deliveries: queues.deliveries };
  const app = express();
  app.disable("x-powered-by");
  const { router, stopStreams } = openAdminApp({
    redis,
    queues,
    devices: openDeviceDesk({ ...desk, channels: channels.channels }),
    secretKey: SECRET_KEY,
    adminPassword: PASSWORD,
    adminApiToken: API_TOKEN,
    publicUrl,
    connectionsHome: {
      fileConnections: input.fileConnections ?? connections,
      isLocalMode: false,
      secretKey: SECRET_KEY,
      outboundAllow: [],
      refresh: async () => undefined,
      check: async () => [],
    },
    trustedProxies: [],
    // The page is bundled by the build; the server runs from its sources here.
    pageDir: resolve("dist/src/admin/page"),
    report: (error) => void reported.push(error),
    ...input,
    connections,
    nowMs,
  });
  app.use(router);
  const { url, close } = await listen(app);
  return {
    url,
    reported,
    stopStreams,
    /** Calls the API with the bearer. */
    api: (path: string, call: Call = {}) =>
      send(`${url}/admin/api${path}`, {
        ...call,
        headers: { authorization: `Bearer ${API_TOKEN}`, ...call.headers },
      }),
    /** Calls anything, without any credential. */
    call: (path: string, call: Call = {}) => send(`${url}${path}`, call),
    stop: async () => {
      await close();
      await channels.close();
    },
  };
}

/** Serves an app on a free port of 127.0.0.1. */
export async function listen(app: express.Express) {
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Signs in, as the first admin unless it is said who, and returns the session cookie as a browser would send it. */
export async function signIn(
  admin: AdminServer,
  who: { readonly user?: string; readonly password: string } = { password: PASSWORD },
): Promise<string> {
  const answer = await admin.call("/admin/login", { method: "POST", body: who });
  return cookieOf(answer);
}

/** The `name=value` of a reply's cookie; empty when it sets none. */
export function cookieOf(answer: Response): string {
  return answer.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
}

/** Reads a JSON body; a test says by `toMatchObject` what it expects of it. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads it also judges.
export async function bodyOf(answer: Response): Promise<any> {
  return answer.json();
}

function send(url: string, { method = "GET", body, headers = {} }: Call): Promise<Response> {
  return fetch(url, {
    method,
    redirect: "manual",
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
