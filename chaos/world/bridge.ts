import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { redisSearchPath } from "../../bench/bench-redis.ts";
import { freePort } from "../../bench/listen-anywhere.ts";
import type { Stage } from "../../bench/stage.ts";
import { untilTrue } from "../../src/process-tree/until-true.ts";
import { endProgram, endWithStage, startProgram } from "./processes.ts";
import {
  ADMIN_TOKEN,
  START_LEAD_MS,
  STOP_EXPIRY_MS,
  STOP_GRACE_MS,
  TENANTS,
  type Tenant,
} from "./tenants.ts";

const MAIN = fileURLToPath(new URL("../../src/main.js", import.meta.url));
const CLOCK = new URL("../programs/shift-clock.js", import.meta.url).href;
const READY_TIMEOUT_MS = 60_000;

/** The bridge did not do what a drill needs before it can begin. */
class BridgeFailedError extends Error {
  override readonly name = "BridgeFailedError";
}

/** One supervisor with its children. */
export interface BridgePart {
  readonly name: string;
  /** The process id of a child, by its name in the log. */
  pidOf(child: "web" | "worker" | "redis"): number;
  /** Everything that it wrote. */
  log(): string;
  isRunning(): boolean;
  end(signal: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

/** How one part is started. */
export interface PartOptions {
  readonly name: string;
  /** Those of the `ROLES` variable. */
  readonly roles: string;
  /** Undefined: it runs a Redis of its own. */
  readonly redisUrl?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Where it keeps its Redis; a folder of the stage by default. */
  readonly dataDir?: string;
  /** A file with the milliseconds by which the clock of this part is wrong. */
  readonly clockFile?: string;
}

/** What all parts of one bridge share. */
export interface BridgeGround {
  readonly stage: Stage;
  readonly port: number;
  readonly connectionsFile: string;
}

/** Writes the connections file of both tenants; `own` adds settings by the tenant's name. */
export async function prepareBridge(
  stage: Stage,
  own: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<BridgeGround> {
  const connectionsFile = join(stage.makeFolder(), "connections.json");
  const connections = TENANTS.map((tenant) => ({ ...settingsOf(tenant), ...own[tenant.name] }));
  writeFileSync(connectionsFile, JSON.stringify({ connections }));
  return { stage, port: await freePort(), connectionsFile };
}

/**
 * Starts one part and waits until it serves.
 *
 * @throws {BridgeFailedError} when it does not.
 */
export async function startPart(ground: BridgeGround, options: PartOptions): Promise<BridgePart> {
  const dir = ground.stage.makeFolder();
  const logFile = join(dir, "bridge.log");
  const env = environmentOf(ground, { ...options, dataDir: options.dataDir ?? join(dir, "data") });
  let child: ChildProcess | undefined;
  const log = () => readFileSync(logFile, "utf8");
  const isRunning = () => child?.exitCode === null && child.signalCode === null;
  const start = async () => {
    const begunAt = child === undefined ? 0 : log().length;
    const clock = options.clockFile === undefined ? [] : [`--import=${CLOCK}`];
    child = startProgram({
      command: process.execPath,
      args: ["--enable-source-maps", ...clock, MAIN],
      env,
      logFile,
    });
    const isReady = () => log().slice(begunAt).includes("siro-bridge is running");
    if (!(await untilTrue(() => isReady() || !isRunning(), READY_TIMEOUT_MS)) || !isReady()) {
      throw new BridgeFailedError(`${options.name} did not start; it said:\n${log().slice(-2000)}`);
    }
  };
  endWithStage(ground.stage, () => child);
  // Gentler first, so that no child of its own is left behind.
  ground.stage.onEnd(() => endProgram(child, "SIGTERM"));
  await start();
  return {
    name: options.name,
    pidOf: (name) => pidIn(log(), name),
    log,
    isRunning,
    end: (signal) => endProgram(child, signal),
    start,
  };
}

function environmentOf(
  { port, connectionsFile }: BridgeGround,
  { roles, redisUrl, dataDir = "", env = {}, clockFile }: PartOptions,
): Readonly<Record<string, string>> {
  mkdirSync(dataDir, { recursive: true });
  const clock = clockFile === undefined ? [] : [["CHAOS_CLOCK_FILE", clockFile] as const];
  return {
    PATH: redisSearchPath(),
    NODE_ENV: "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    CONNECTIONS_FILE: connectionsFile,
    SECRET_KEY: Buffer.alloc(32, "an invented key").toString("base64"),
    ADMIN_API_TOKEN: ADMIN_TOKEN,
    OUTBOUND_ALLOW: "127.0.0.1",
    ROLES: roles,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...Object.fromEntries(clock),
    // A preload must reach the children, too.
    ...(clockFile === undefined ? {} : { NODE_OPTIONS: `--import=${CLOCK}` }),
    ...env,
  };
}

function settingsOf({ name, organizationId, webhookSecret, signingSecret }: Tenant) {
  return {
    name,
    organizationId,
    webhookSecrets: [webhookSecret],
    signingSecrets: [signingSecret],
    integrationConnectionId: "01HACME0000000000000000000",
    schedule: {
      startLeadSeconds: START_LEAD_MS / 1000,
      stopGraceSeconds: STOP_GRACE_MS / 1000,
      stopExpirySeconds: STOP_EXPIRY_MS / 1000,
      restartGapSeconds: 1,
    },
  };
}

function pidIn(log: string, name: string): number {
  const lines = [...log.matchAll(/"event":"child\.started","child":"(\w+)","pid":(\d+)/g)];
  return Number(lines.findLast(([, child]) => child === name)?.[2]);
}
