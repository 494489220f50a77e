import { once } from "node:events";
import { namedRedis } from "../cluster-url.ts";
import type { Config } from "../config.ts";
import type { RedisReading } from "../doctor/check-redis.ts";
import { errorCode } from "../error-code.ts";
import { BridgeError } from "../errors.ts";
import { findRedisServer } from "../process-tree/find-redis-server.ts";
import { checkDurability } from "../process-tree/redis-durability.ts";
import { isListening, socketPath } from "../process-tree/socket-path.ts";
import { openProducerRedis } from "../redis.ts";

const REACH_TIMEOUT_MS = 5000;

const OWN_REDIS = "the bridge's own Redis";

type ProducerRedis = ReturnType<typeof openProducerRedis>;

/** Looks at the Redis that this configuration means: the one of REDIS_URL, or the bridge's own. */
export async function probeRedis(
  { redisUrl, dataDir }: Pick<Config, "redisUrl" | "dataDir">,
  searchPath: string | undefined,
): Promise<RedisReading> {
  if (redisUrl !== undefined) {
    return probeGiven(redisUrl);
  }
  try {
    const socket = socketPath(dataDir, "redis.sock");
    if (await isListening(socket)) {
      return await probe(`unix:${socket}`, OWN_REDIS);
    }
  } catch (error) {
    if (error instanceof BridgeError) {
      return { kind: "unreachable", where: OWN_REDIS, reason: error.message };
    }
    throw error;
  }
  const hasServer = findRedisServer(dataDir, searchPath) !== undefined;
  return { kind: "own-not-running", hasServer };
}

/** Named by its host alone: the rest of the address may hold a password. */
async function probeGiven(redisUrl: string): Promise<RedisReading> {
  // The error of a parser would quote the address, password and all.
  const name = namedRedis(redisUrl);
  return name === undefined
    ? { kind: "unreachable", where: "the Redis of REDIS_URL", reason: "the address is malformed" }
    : probe(redisUrl, `the Redis at ${name}`);
}

async function probe(redisUrl: string, where: string): Promise<RedisReading> {
  const redis = openProducerRedis(redisUrl);
  try {
    // The first error ends it: what the bridge would wait for is what is looked for here.
    await once(redis, "ready", { signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    const clock = await readClock(redis);
    const durability = await checkDurability(redis);
    const risks = durability.kind === "durable" ? [] : durability.findings;
    return { kind: "reached", where, risks, clock };
  } catch (error) {
    return { kind: "unreachable", where, reason: wordsOf(error) };
  } finally {
    redis.disconnect();
  }
}

async function readClock(redis: ProducerRedis) {
  const askedAtMs = Date.now();
  const [seconds, microseconds] = await redis.time();
  const answeredAtMs = Date.now();
  const theirMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  return { askedAtMs, answeredAtMs, theirMs, resolutionMs: 1 };
}

function wordsOf(error: unknown): string {
  if (errorCode(error) === "ABORT_ERR") {
    return `no answer within ${REACH_TIMEOUT_MS / 1000} s`;
  }
  const isWorded = typeof error === "object" && error !== null && "message" in error;
  return errorCode(error) ?? (isWorded ? String(error.message) : "no connection");
}
