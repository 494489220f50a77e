import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findRedisServer } from "../../src/process-tree/find-redis-server.ts";
import { freePort } from "./launch-redis.ts";
import { keepOutputOf, neverInLogs } from "./logs/kept-logs.ts";
import { signedHeaders } from "./signed-events.ts";
import { until } from "./until.ts";
import type { WebhookSink } from "./webhook-sink.ts";

const MAIN = resolve("dist/src/main.js");
const READY_TIMEOUT_MS = 60_000;

/** The secrets of the invented connection. */
export const ACME = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecret: "an-invented-webhook-secret-of-40-letters!",
  signingSecret: `whsec_${Buffer.alloc(24, "signing").toString("base64")}`,
  apiToken: "an-invented-admin-token",
} as const;

/** How a test's bridge differs from the usual one. */
export interface BridgeOptions {
  /** Keys of the one connection, beside its name and secrets. */
  readonly connection?: Record<string, unknown>;
  /** Nothing configured, as in a fresh clone. */
  readonly isLocalMode?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole bridge as `npm start` makes it: supervisor, web, worker, Redis. */
export interface BridgeProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything the process tree wrote so far. */
  output(): string;
  api(
    path: string,
    init?: { readonly method?: string; readonly body?: unknown },
  ): Promise<Response>;
  postEvents(events: readonly object[]): Promise<Response>;
  enrolSink(
    rep: { readonly userId: string; readonly email: string; readonly name: string },
    sink: WebhookSink,
    path?: string,
  ): Promise<string>;
  /** The process id of one child, by its name in the log. */
  childPid(child: "web" | "worker" | "redis"): number;
  untilReady(): Promise<void>;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** Starts again on the same data after `stop` or `kill`, with more in its environment if wanted. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  cleanUp(): Promise<void>;
}

/** Starts a bridge with one connection and waits until it is ready. */
export async function startBridge(options: BridgeOptions = {}): Promise<BridgeProcess> {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-test-"));
  const dataDir = join(dir, "data");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const connectionsFile = join(dir, "connections.json");
  const connection = {
    name: ACME.name,
    organizationId: ACME.organizationId,
    webhookSecrets: [ACME.webhookSecret],
    signingSecrets: [ACME.signingSecret],
    integrationConnectionId: "01HACME0000000000000000000",
    schedule: { startLeadSeconds: 1, restartGapSeconds: 1 },
    ...options.connection,
  };
  const connections = options.isLocalMode === true ? [] : [connection];
  writeFileSync(connectionsFile, JSON.stringify({ connections }));
  neverInLogs({ connections, ...options.env });
  let output = "";
  let child = launch();

  function launch(env: Readonly<Record<string, string>> = {}): ChildProcess {
    const redis = findRedisServer(resolve(".data"), process.env["PATH"]);
    const started = spawn(process.execPath, [MAIN], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH:
          redis === undefined ? process.env["PATH"] : `${join(redis, "..")}:${process.env["PATH"]}`,
        PORT: String(port),
        HOST: "127.0.0.1",
        DATA_DIR: dataDir,
        CONNECTIONS_FILE: connectionsFile,
        ADMIN_API_TOKEN: ACME.apiToken,
        ADMIN_PASSWORD: "an-invented-password",
        OUTBOUND_ALLOW: "127.0.0.1",
        ...options.env,
        ...env,
      },
    });
    keepOutputOf(started, "bridge");
    started.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    started.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    return started;
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  const bridge: BridgeProcess = {
    url,
    dataDir,
    get pid() {
      return child.pid ?? 0;
    },
    output: () => output,
    api: (path, { method = "GET", body } = {}) =>
      fetch(`${url}/admin/api${path}`, {
        method,
        headers: {
          authorization: `Bearer ${ACME.apiToken}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    postEvents: (events) => {
      const body = JSON.stringify({ events });
      return fetch(`${url}/webhooks/events/${ACME.name}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...signedHeaders(ACME.signingSecret, body) },
        body,
      });
    },
    enrolSink: async (rep, sink, path = "/hook") => {
      await bridge.api(`/reps/${ACME.name}`, { method: "POST", body: rep });
      const answer = await bridge.api(`/reps/${ACME.name}/${rep.userId}/devices`, {
        method: "POST",
        body: { channel: "webhook", address: { url: sink.url + path, secret: sink.secret } },
      });
      if (answer.status !== 201) {
        throw new Error(`enrolment answered ${answer.status}: ${await answer.text()}`);
      }
      const { deviceId } = await readJson(answer);
      return deviceId;
    },
    childPid: (name) => {
      const pids = [...output.matchAll(/"event":"[a-z.]+started","[a-z]+":"(\w+)","pid":(\d+)/g)];
      return Number(pids.findLast(([, found]) => found === name)?.[2]);
    },
    untilReady: async () => {
      await until(async () => (await fetch(`${url}/readyz`)).status === 200, {
        timeoutMs: READY_TIMEOUT_MS,
        what: `the bridge to be ready; it said:\n${output.slice(-2000)}`,
      });
    },
    stop: () => end("SIGTERM"),
    kill: async () => {
      await end("SIGKILL");
    },
    restart: async (env) => {
      child = launch(env);
      await bridge.untilReady();
    },
    cleanUp: async () => {
      await end("SIGTERM");
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await bridge.untilReady();
  return bridge;
}

/** Reads a JSON answer; a test looks into it as it likes. */
// biome-ignore lint/suspicious/noExplicitAny: answers are judged by what the tests expect of them
export async function readJson(answer: Response): Promise<any> {
  return answer.json();
}

/** A JSON event with a full appointment; times are seconds from now. */
export function aVisitEvent(own: {
  readonly recordId: string;
  readonly startsIn: number;
  readonly endsIn: number;
  readonly reps: readonly object[];
  readonly status?: string;
  readonly title?: string;
  readonly eventId?: string;
  readonly occurredAt?: string;
  /** The moment that the seconds count from; now when not given. */
  readonly nowMs?: number;
}): object {
  const { nowMs = Date.now() } = own;
  const iso = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
  return {
    eventId: own.eventId ?? `${own.recordId}-${nowMs}-${Math.random()}`,
    recordType: "ServiceAppointment",
    recordId: own.recordId,
    occurredAt: own.occurredAt ?? iso(0),
    appointment: {
      status: own.status ?? "scheduled",
      startAt: iso(own.startsIn),
      endAt: iso(own.endsIn),
      title: own.title ?? `Visit ${own.recordId}`,
      crmObjects: [{ objectType: "ServiceAppointment", objectId: own.recordId }],
      reps: own.reps,
    },
  };
}
