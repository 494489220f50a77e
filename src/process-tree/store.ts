import { readFileSync } from "node:fs";
import type { Stream } from "node:stream";
import { namedRedis } from "../cluster-url.ts";
import { StoreUnavailableError } from "../errors.ts";
import { openProducerRedis, untilReady } from "../redis.ts";
import { endEarlierRedis } from "./earlier-redis.ts";
import { launchRedis, redisPlace } from "./embedded-redis.ts";
import { acquireInstanceLock } from "./instance-lock.ts";
import { Lifeline } from "./lifeline.ts";
import { RedisNotDurableError } from "./process-tree-errors.ts";
import { checkDurability } from "./redis-durability.ts";
import { REDIS_RESTARTS } from "./restart-policy.ts";
import { SupervisedProcess } from "./supervised-process.ts";
import type { ReportTreeEvent } from "./tree-event.ts";

/** As long as children may take to end, and a little more. */
const DRAIN_MS = 10_000;
/** Every confirmed write is on disk already: a Redis that does not end in time can be killed. */
const REDIS_GRACE_MS = 1500;
const REACH_TIMEOUT_MS = 5000;

type ProducerRedis = ReturnType<typeof openProducerRedis>;

/** The Redis that the tree works on. */
export interface Store {
  readonly redisUrl: string;
  /** What children hold open, so that Redis outlives them. */
  readonly lifeline: () => Stream | undefined;
  /** Pending while it can be relied on; rejects when Redis cannot be kept running. */
  readonly ended: Promise<void>;
}

/** What opening the store needs. */
export interface StoreOptions {
  readonly dataDir: string;
  /** Undefined: the bridge runs its own. */
  readonly redisUrl: string | undefined;
  readonly redisDurability: "require" | "warn";
  /** A PATH value. */
  readonly searchPath: string | undefined;
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
  readonly report: ReportTreeEvent;
  /** Takes what must be done when the tree ends; called in reverse order. */
  readonly onClose: (close: () => Promise<void>) => void;
}

/**
 * Checks the Redis that is configured, or starts the embedded one under `dataDir`.
 *
 * @throws {RedisNotDurableError} when the configured one may lose what it confirmed.
 * @throws {StoreUnavailableError} when the configured one cannot be reached.
 * @throws {AlreadyRunningError} when another bridge uses `dataDir`.
 * @throws {RedisServerMissingError} when there is no Redis to start.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return options.redisUrl === undefined
    ? openEmbeddedStore(options)
    : openGivenStore(options.redisUrl, options);
}

async function openEmbeddedStore(options: StoreOptions): Promise<Store> {
  const { dataDir, report, stop, force, onClose } = options;
  const place = redisPlace(dataDir, options.searchPath);
  const lock = await acquireInstanceLock(dataDir);
  onClose(lock.release);
  await endEarlierRedis({ place, drainMs: DRAIN_MS, report });
  stop.throwIfAborted();
  const lifeline = new Lifeline();
  onClose(() => lifeline.end());
  const redis = new SupervisedProcess({
    name: "redis",
    launch: () => {
      const running = launchRedis(place);
      lifeline.guard(running.pid);
      void running.ended.then(() => lifeline.guard(undefined));
      return running;
    },
    restarts: REDIS_RESTARTS,
    report,
    hint: () => lastLine(place.logFile),
  });
  onClose(() => redis.stop({ graceMs: REDIS_GRACE_MS, force }));
  await Promise.race([redis.ready, redis.ended]);
  return {
    redisUrl: `unix:${place.socket}`,
    lifeline: () => lifeline.stream ?? undefined,
    ended: redis.ended,
  };
}

async function openGivenStore(redisUrl: string, options: StoreOptions): Promise<Store> {
  const redis = openProducerRedis(redisUrl);
  try {
    await untilReachable(redis, redisUrl);
    const durability = await checkDurability(redis);
    if (durability.kind !== "durable") {
      acceptRisk(durability.findings, options);
    }
  } finally {
    redis.disconnect();
  }
  return { redisUrl, lifeline: () => undefined, ended: new Promise(() => undefined) };
}

async function untilReachable(redis: ProducerRedis, redisUrl: string): Promise<void> {
  let reason = "no answer";
  redis.on("error", (cause) => {
    reason = cause.message;
  });
  try {
    await untilReady(redis, REACH_TIMEOUT_MS);
  } catch (error) {
    throw new StoreUnavailableError(
      `the Redis at ${namedRedis(redisUrl) ?? "an address that cannot be read"} (REDIS_URL) could not be used within ${REACH_TIMEOUT_MS / 1000} s: ${reason}`,
      { cause: error },
    );
  }
}

function acceptRisk(findings: readonly string[], options: StoreOptions): void {
  if (options.redisDurability === "require") {
    throw new RedisNotDurableError(
      `the Redis at REDIS_URL may lose what the bridge acknowledged:\n  - ${findings.join("\n  - ")}\n` +
        "  Change its settings, or accept the risk with REDIS_DURABILITY=warn.",
    );
  }
  options.report({ event: "redis.at-risk", findings });
}

function lastLine(logFile: string): string {
  const line = readFileSync(logFile, "utf8").trim().split("\n").at(-1) ?? "";
  return `see ${logFile}, which ends with: ${line}`;
}
