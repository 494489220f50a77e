import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import type { Redis } from "ioredis";
import { freePort } from "../../bench/listen-anywhere.ts";
import { dataDir, type Stage } from "../../bench/stage.ts";
import { findRedisServer } from "../../src/process-tree/find-redis-server.ts";
import { untilTrue } from "../../src/process-tree/until-true.ts";
import { openProducerRedis } from "../../src/redis.ts";
import { endProgram, endWithStage, startProgram } from "./processes.ts";

const START_TIMEOUT_MS = 30_000;
const SMALL_DISK = "24m";

/** How a Redis differs from the usual one: append-only file, fsync before every answer. */
export interface RedisOptions {
  readonly args?: readonly string[];
  /** Its files lie on a small file system of their own, which can be filled; that takes the right to mount one. */
  readonly isOnSmallDisk?: boolean;
}

/** A Redis of the scenario's own, on a TCP port that stays the same. */
export interface ChaosRedis {
  readonly port: number;
  readonly dir: string;
  /** For settings and for taking sides in a failover; no check looks at the bridge's keys through it. */
  readonly admin: Redis;
  isUp(): boolean;
  /** As `kill -9` does; what it stored stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Kills it, throws away what it stored, starts it empty. */
  loseAll(): Promise<void>;
}

/** Starts a Redis that ends with the stage. */
export async function startChaosRedis(
  stage: Stage,
  options: RedisOptions = {},
): Promise<ChaosRedis> {
  const dir = stage.makeFolder();
  if (options.isOnSmallDisk === true) {
    mountSmallDisk(stage, dir);
  }
  const port = await freePort();
  const logFile = join(stage.makeFolder(), "redis.log");
  let child: ChildProcess | undefined;
  const admin = openProducerRedis(`redis://127.0.0.1:${port}`);
  stage.onEnd(async () => admin.disconnect());
  const start = async () => {
    mkdirSync(dir, { recursive: true });
    child = startProgram({
      command: redisBinary(),
      args: redisArguments(port, dir, options.args ?? []),
      env: { PATH: env["PATH"] ?? "" },
      logFile,
    });
    await untilTrue(
      async () => (await isServing(admin)) || child?.exitCode !== null,
      START_TIMEOUT_MS,
    );
  };
  endWithStage(stage, () => child);
  const kill = async () => {
    child?.kill("SIGCONT");
    await endProgram(child, "SIGKILL");
  };
  await start();
  return {
    port,
    dir,
    admin,
    isUp: () => child?.exitCode === null && child.signalCode === null,
    kill,
    start,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    loseAll: async () => {
      await kill();
      rmSync(join(dir, "appendonlydir"), { recursive: true, force: true });
      rmSync(join(dir, "dump.rdb"), { force: true });
      await start();
    },
  };
}

/**
 * Mounts an empty file system of a few megabytes on a folder; it is gone with the stage.
 *
 * @throws {Error} when this user may not.
 */
export function mountSmallDisk(stage: Pick<Stage, "onEnd">, dir: string): void {
  const options = { stdio: "pipe" } as const;
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SMALL_DISK}`, "tmpfs", dir], options);
  stage.onEnd(async () => execFileSync("umount", ["-l", dir], options));
}

/** @throws {Error} when the bootstrap found none and brought none. */
function redisBinary(): string {
  const binary = findRedisServer(dataDir(), env["PATH"]);
  if (binary === undefined) {
    throw new Error("no Redis server: run `node bin/bootstrap.mjs chaos` first");
  }
  return binary;
}

function redisArguments(port: number, dir: string, own: readonly string[]): readonly string[] {
  return [
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--hz", "100"],
    ...["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
    ...own,
  ];
}

async function isServing(admin: Redis): Promise<boolean> {
  try {
    return (await admin.ping()) === "PONG";
  } catch {
    return false;
  }
}
