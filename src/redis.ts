import { Cluster, Command, Redis, type RedisOptions } from "ioredis";
import { type ClusterAddress, isClusterUrl, readClusterUrl } from "./cluster-url.ts";
import { StoreUnavailableError } from "./errors.ts";
import { keyspace, placeKeysIn } from "./keyspace.ts";

type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

const DEAD_PATH_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 5_000;
const RECONNECT_MS = 200;
/** Just under the two seconds within which a sender must hear that nothing was stored. */
const ACK_TIMEOUT_MS = 1_500;
/** A master that died is replaced within its cluster-node-timeout, 15 s by default, and a vote; every try waits 100 ms. */
const FAILOVER_TRIES = 600;

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
  const redis = isClusterUrl(redisUrl)
    ? openCluster(redisUrl, options)
    : openServer(redisUrl, options);
  // Every failed command rejects by itself; this event only repeats it, once per reconnect.
  redis.on("error", () => undefined);
  return redis;
}

function openServer(redisUrl: string, options: ConnectionOptions): Redis {
  placeKeysIn("");
  return redisUrl.startsWith("unix:")
    ? new Redis({ ...options, path: redisUrl.slice("unix:".length) })
    : new Redis(redisUrl, options);
}

/** Redirections, lost masters and moved slots are followed by the client; a command still fails only as above. */
function openCluster(redisUrl: string, options: ConnectionOptions): Redis {
  const address = readClusterUrl(redisUrl);
  if (address === undefined) {
    throw new StoreUnavailableError("REDIS_URL is not the address of a Redis Cluster");
  }
  placeKeysIn(address.shard);
  const cluster = new ShardCluster([...address.nodes], clusterOptions(address, options));
  // Both have the same commands, events and states, and the rest of the bridge uses nothing else.
  return cluster as unknown as Redis;
}

/** Asks the node that holds the shard, not a drawn one, whatever has no key: the time, its settings, its state. */
class ShardCluster extends Cluster {
  readonly #slot = new Command("GET", [keyspace.readiness()]).getSlot();

  override sendCommand(...[command, stream, node]: Parameters<Cluster["sendCommand"]>): unknown {
    if (command.getSlot() === null) {
      command.getSlot = () => this.#slot;
    }
    return super.sendCommand(command, stream, node);
  }
}

function clusterOptions(address: ClusterAddress, options: ConnectionOptions) {
  const { username, password, hasTls } = address;
  const isWaiting = options.maxRetriesPerRequest === null;
  return {
    redisOptions: {
      ...options,
      // Lost nodes are looked up anew, not tried again: what waits for one must learn of it.
      maxRetriesPerRequest: null,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(hasTls ? { tls: {} } : {}),
    },
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    // With the check, whoever reconnects while the shard has no master waits for a promise that is never settled: BullMQ does.
    ...(isWaiting ? { maxRedirections: FAILOVER_TRIES, enableReadyCheck: false } : {}),
    clusterRetryStrategy: () => RECONNECT_MS,
    // The names of nodes stand in their certificates.
    ...(hasTls ? { dnsLookup: keepName } : {}),
  };
}

function keepName(host: string, done: (error: null, address: string) => void): void {
  done(null, host);
}
