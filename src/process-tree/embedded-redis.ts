import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { openProducerRedis } from "../redis.ts";
import { findRedisServer } from "./find-redis-server.ts";
import { RedisServerMissingError } from "./process-tree-errors.ts";
import { type ProcessEnd, type RunningProcess, untilExit } from "./running-process.ts";
import { isListening, socketPath } from "./socket-path.ts";
import { untilTrue } from "./until-true.ts";

/** Replaying a large append-only file takes minutes at most. */
const LOADING_TIMEOUT_MS = 600_000;

/** A visit with several reps and records, and its prompts, stay below it; longer values are stored unpacked. */
const PACKED_VALUE_BYTES = 4096;

/** Where the embedded Redis lives. */
export interface RedisPlace {
  readonly binary: string;
  readonly socket: string;
  /** The folder of the append-only file. */
  readonly dir: string;
  readonly logFile: string;
}

/**
 * Chooses the program, the socket and the folders of the Redis that belongs to `dataDir`, and makes the folders.
 *
 * @throws {RedisServerMissingError} when no Redis server can be run on this machine.
 */
export function redisPlace(dataDir: string, searchPath: string | undefined): RedisPlace {
  const binary = findRedisServer(dataDir, searchPath);
  if (binary === undefined) {
    throw new RedisServerMissingError(
      "no redis-server or valkey-server is on the PATH; install one, or set REDIS_URL",
    );
  }
  const dir = join(dataDir, "store");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return {
    binary,
    dir,
    socket: socketPath(dataDir, "redis.sock"),
    logFile: join(dataDir, "redis.log"),
  };
}

/**
 * Starts Redis with an append-only file that is on disk before any write is confirmed; on a unix socket
 * that this user alone can open, not on the network. It replays the file and accepts a torn tail.
 */
export function launchRedis(place: RedisPlace): RunningProcess {
  const log = openSync(place.logFile, "a", 0o600);
  // Detached: a Ctrl-C in the terminal must not reach it before the children have finished.
  const child = spawn(place.binary, redisArguments(place), {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let isGone = false;
  async function untilEnd(): Promise<ProcessEnd> {
    const how = await untilExit(child);
    isGone = true;
    return { kind: "died", how };
  }
  async function untilServing(): Promise<void> {
    if (!(await isServing(place.socket, () => isGone))) {
      // Its death is what the supervisor acts on; nobody may take it for ready.
      child.kill("SIGKILL");
      await new Promise<never>(() => undefined);
    }
  }
  return {
    pid: child.pid,
    ended: untilEnd(),
    ready: untilServing(),
    kill: (signal) => child.kill(signal),
  };
}

function redisArguments({ socket, dir }: RedisPlace): string[] {
  return [
    ...["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir],
    ...["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
    // At the default of 10 a job that is due waits up to 100 ms.
    ...["--maxmemory-policy", "noeviction", "--hz", "100"],
    // Appointments and jobs are hashes of a few long fields: packed they take half the memory.
    ...["--hash-max-listpack-value", String(PACKED_VALUE_BYTES)],
  ];
}

/** Resolves to false when the process ended first, or when loading took too long. */
async function isServing(socket: string, isGone: () => boolean): Promise<boolean> {
  await untilTrue(async () => isGone() || (await isListening(socket)), LOADING_TIMEOUT_MS);
  const redis = openProducerRedis(`unix:${socket}`);
  try {
    await untilTrue(() => isGone() || redis.status === "ready", LOADING_TIMEOUT_MS);
    return redis.status === "ready";
  } finally {
    redis.disconnect();
  }
}
