import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { endEarlierRedis } from "../../src/process-tree/earlier-redis.ts";
import { launchRedis, type RedisPlace } from "../../src/process-tree/embedded-redis.ts";
import type { RunningProcess } from "../../src/process-tree/running-process.ts";
import { redisBinary } from "../support/launch-redis.ts";
import { aDataDir, isAlive, onRedis } from "./supervisor-under-test.ts";

let dir: ReturnType<typeof aDataDir>;
let place: RedisPlace;
let running: RunningProcess[];

beforeEach(() => {
  dir = aDataDir();
  running = [];
  place = {
    binary: redisBinary(),
    socket: join(dir.dataDir, "redis.sock"),
    dir: join(dir.dataDir, "store"),
    logFile: join(dir.dataDir, "redis.log"),
  };
  mkdirSync(place.dir);
});

afterEach(async () => {
  for (const redis of running) {
    redis.kill("SIGKILL");
    await redis.ended;
  }
  dir.remove();
});

async function startRedis(own: Partial<RedisPlace> = {}): Promise<RunningProcess> {
  const redis = launchRedis({ ...place, ...own });
  running.push(redis);
  await redis.ready;
  return redis;
}

const silent = (): void => undefined;

describe("endEarlierRedis", () => {
  test("ends a Redis that nobody watches any more, and loses nothing", async () => {
    const orphan = await startRedis();
    await onRedis(dir.dataDir, (redis) => redis.set("kept", "yes"));

    await endEarlierRedis({ place, drainMs: 0, report: silent });

    await orphan.ended;
    expect(isAlive(orphan.pid ?? 0)).toBe(false);
    await startRedis();
    expect(await onRedis(dir.dataDir, (redis) => redis.get("kept"))).toBe("yes");
  });

  test("waits for a Redis that is about to end by itself", async () => {
    const orphan = await startRedis();
    const reported: string[] = [];

    const ended = endEarlierRedis({
      place,
      drainMs: 10_000,
      report: ({ event }) => {
        reported.push(event);
        orphan.kill("SIGTERM");
      },
    });

    await ended;
    expect(reported).toEqual(["redis.earlier-run"]);
  });

  test("refuses a Redis that serves another folder, and leaves it alone", async () => {
    const foreignDir = join(dir.dataDir, "foreign");
    mkdirSync(foreignDir);
    const foreign = await startRedis({ dir: foreignDir });

    await expect(endEarlierRedis({ place, drainMs: 0, report: silent })).rejects.toThrow(
      /it is not ours/,
    );

    expect(isAlive(foreign.pid ?? 0)).toBe(true);
  });

  test("removes the socket of a Redis that was killed", async () => {
    const orphan = await startRedis();
    orphan.kill("SIGKILL");
    await orphan.ended;
    expect(existsSync(place.socket)).toBe(true);

    await endEarlierRedis({ place, drainMs: 10_000, report: silent });

    expect(existsSync(place.socket)).toBe(false);
  });
});

describe("launchRedis", () => {
  test("accepts an append-only file whose last write was torn", async () => {
    const first = await startRedis();
    await onRedis(dir.dataDir, async (redis) => {
      await redis.set("first", "whole");
      await redis.set("second", "torn");
    });
    first.kill("SIGKILL");
    await first.ended;
    const files = await readdir(join(place.dir, "appendonlydir"));
    const increments = files.filter((name) => name.endsWith(".incr.aof"));
    expect(increments).toHaveLength(1);
    const file = join(place.dir, "appendonlydir", increments[0] ?? "");
    truncateSync(file, statSync(file).size - 3);

    await startRedis();

    expect(await onRedis(dir.dataDir, (redis) => redis.mget("first", "second"))).toEqual([
      "whole",
      null,
    ]);
  });

  test("is never taken for ready when it cannot start", async () => {
    rmSync(place.dir, { recursive: true });
    writeFileSync(place.dir, "not a folder");
    const redis = launchRedis(place);
    running.push(redis);

    const first = await Promise.race([redis.ready.then(() => "ready"), redis.ended]);

    expect(first).toEqual({ kind: "died", how: "exit code 1" });
  });

  test("says so when the program cannot be run at all", async () => {
    const redis = launchRedis({ ...place, binary: "/nowhere/redis-server" });

    expect(await redis.ended).toEqual({
      kind: "died",
      how: expect.stringContaining("ENOENT"),
    });
  });

  test("a Redis left by a process outside is found through its socket alone", async () => {
    const outside: ChildProcess = spawn(
      place.binary,
      ["--port", "0", "--unixsocket", place.socket, "--dir", place.dir],
      { stdio: "ignore" },
    );
    const ended = once(outside, "exit");
    await onRedis(dir.dataDir, (redis) => redis.ping());

    await endEarlierRedis({ place, drainMs: 0, report: silent });

    expect((await ended)[0]).toBe(0);
  });
});
