import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Lifeline } from "../src/process-tree/lifeline.ts";
import { socketPath } from "../src/process-tree/socket-path.ts";
import { redisSearchPath } from "./bench-redis.ts";
import { freePort } from "./listen-anywhere.ts";
import type { Stage } from "./stage.ts";

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const LOOK_MS = 5;

/** The secrets of the invented connection. */
export const ACME = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecret: "an-invented-webhook-secret-of-40-letters!",
  signingSecret: `whsec_${Buffer.alloc(24, "signing").toString("base64")}`,
  secretKey: Buffer.alloc(32, "an invented key"),
  adminApiToken: "an-invented-admin-token",
} as const;

/** The bridge did not do what a bridge must do. */
export class BridgeFailedError extends Error {
  override readonly name = "BridgeFailedError";
}

/** A real bridge from `dist`, with an embedded Redis and all the defaults of production. */
export interface BenchBridge {
  readonly url: string;
  readonly redisUrl: string;
  /** The process id of one child, by its name in the log, or of the one that started them all. */
  pidOf(child: "main" | "web" | "worker" | "redis"): number;
  /** Ends it and resolves to how long that took. */
  stop(): Promise<number>;
  /** Starts it again on the same data and resolves to how long it took until it was ready. */
  start(): Promise<number>;
}

/** What differs from one bridge to the next. */
export interface BridgeSettings {
  /** Those of the `ROLES` variable. */
  readonly roles: string;
  /** Further variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further settings of the connection. */
  readonly connection?: object;
}

/** Starts a bridge and waits until it is ready. */
export async function startBenchBridge(
  stage: Stage,
  settings: BridgeSettings,
): Promise<BenchBridge> {
  const { roles } = settings;
  const dir = stage.makeFolder();
  const dataDir = join(dir, "data");
  const logFile = join(dir, "bridge.log");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = bridgeEnvironment(dir, { port, ...settings });
  let child: ChildProcess | undefined;
  const stop = async () => {
    const beganMs = performance.now();
    await endBridge(child);
    return performance.now() - beganMs;
  };
  const start = async () => {
    const beganMs = performance.now();
    child = launch(environment, logFile);
    const isReady = roles.includes("web") ? () => answersReady(url) : () => hasReadyWorker(logFile);
    await untilReady(isReady, child, logFile);
    return performance.now() - beganMs;
  };
  stage.onEnd(stop);
  await start();
  return {
    url,
    redisUrl: `unix:${socketPath(dataDir, "redis.sock")}`,
    pidOf: (name) =>
      name === "main" ? (child?.pid ?? 0) : pidIn(readFileSync(logFile, "utf8"), name),
    stop,
    start,
  };
}

function bridgeEnvironment(
  dir: string,
  { port, roles, environment, connection: own }: BridgeSettings & { readonly port: number },
): Readonly<Record<string, string>> {
  const connectionsFile = join(dir, "connections.json");
  const connection = {
    name: ACME.name,
    organizationId: ACME.organizationId,
    webhookSecrets: [ACME.webhookSecret],
    signingSecrets: [ACME.signingSecret],
    integrationConnectionId: "01HACME0000000000000000000",
    ...own,
  };
  writeFileSync(connectionsFile, JSON.stringify({ connections: [connection] }));
  return {
    PATH: redisSearchPath(),
    NODE_ENV: "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: join(dir, "data"),
    CONNECTIONS_FILE: connectionsFile,
    SECRET_KEY: ACME.secretKey.toString("base64"),
    ADMIN_API_TOKEN: ACME.adminApiToken,
    OUTBOUND_ALLOW: "127.0.0.1",
    ROLES: roles,
    ...environment,
  };
}

function launch(environment: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, ["--enable-source-maps", MAIN], {
    env: environment,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  guard(child);
  return child;
}

/** Ends the bridge when the benchmark is gone without a word. */
function guard(child: ChildProcess): void {
  const lifeline = new Lifeline();
  lifeline.guard(child.pid);
  child.once("exit", () => void lifeline.end());
}

async function endBridge(child: ChildProcess | undefined): Promise<void> {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

async function untilReady(
  isReady: () => boolean | Promise<boolean>,
  child: ChildProcess,
  logFile: string,
): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    if (await isReady()) {
      return;
    }
    await delay(LOOK_MS);
  }
  const said = readFileSync(logFile, "utf8").slice(-2000);
  throw new BridgeFailedError(`the bridge did not become ready; it said:\n${said}`);
}

/** Workers without a web process listen nowhere. */
function hasReadyWorker(logFile: string): boolean {
  return readFileSync(logFile, "utf8").includes('"event":"worker.ready"');
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${url}/readyz`);
    return status === 200;
  } catch {
    return false;
  }
}

function pidIn(log: string, name: string): number {
  const lines = [...log.matchAll(/"event":"child\.started","child":"(\w+)","pid":(\d+)/g)];
  return Number(lines.findLast(([, child]) => child === name)?.[2]);
}
