import { Redis, type RedisOptions } from "ioredis";
import { StoreUnavailableError } from "./errors.ts";

type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

const DEAD_PATH_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 5_000;
const RECONNECT_MS = 200;
/** Just under the two seconds within which a sender must hear that nothing was stored. */
const ACK_TIMEOUT_MS = 1_500;

/**
 * Opens the connection of code that must fail fast: intake, readiness, pages.
 *
 * A dead Redis rejects at once, a frozen one after 1.5 s; nothing waits in an offline queue.
 */
export function openProducerRedis(redisUrl: string): Redis {
  return openRedis(redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: ACK_TIMEOUT_MS,
  });
}

/** Opens the connection of code that may wait for Redis to come back: the workers. */
export function openWorkerRedis(redisUrl: string): Redis {
  return openRedis(redisUrl, { maxRetriesPerRequest: null });
}

/** Resolves once the connection can take commands; rejects when that takes longer than `timeoutMs`. */
export async function untilReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === "ready") {
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.off("ready", onReady);
      reject(new StoreUnavailableError(`Redis did not become ready within ${timeoutMs} ms`));
    }, timeoutMs);
    function onReady(): void {
      clearTimeout(timer);
      resolve();
    }
    redis.once("ready", onReady);
  });
}

function openRedis(redisUrl: string, own: ConnectionOptions): Redis {
  const options: ConnectionOptions = {
    ...own,
    // Without both a worker never notices a path that died without a FIN.
    socketTimeout: DEAD_PATH_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: () => RECONNECT_MS,
  };
  const redis = redisUrl.startsWith("unix:")
    ? new Redis({ ...options, path: redisUrl.slice("unix:".length) })
    : new Redis(redisUrl, options);
  // Every failed command rejects by itself; this event only repeats it, once per reconnect.
  redis.on("error", () => undefined);
  return redis;
}
