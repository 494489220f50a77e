import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { openWorkerRedis } from "../../src/redis.ts";
import { commitIfUnchanged, runPipeline } from "../../src/redis-script.ts";
import { startRedisServer } from "../support/redis-server.ts";

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe("commitIfUnchanged", () => {
  test("runs every command while the field is what was read", async () => {
    await redis.hset("k1", "rev", "7");
    const guard = { key: "k1", field: "rev", expected: "7" };
    const isDone = await commitIfUnchanged(redis, guard, [
      ["HSET", "k1", "text", "two words\nand a line"],
      ["RPUSH", "{k1}-list", "a", "b"],
      ["HINCRBY", "k1", "rev", 1],
    ]);
    expect(isDone).toBe(true);
    expect(await redis.hgetall("k1")).toEqual({ rev: "8", text: "two words\nand a line" });
    expect(await redis.lrange("{k1}-list", 0, -1)).toEqual(["a", "b"]);
  });

  test("runs nothing once the field has changed", async () => {
    await redis.hset("k2", "rev", "8");
    const guard = { key: "k2", field: "rev", expected: "7" };
    expect(await commitIfUnchanged(redis, guard, [["HSET", "k2", "text", "late"]])).toBe(false);
    expect(await redis.hgetall("k2")).toEqual({ rev: "8" });
  });

  test("a field that does not exist yet is guarded, too: of two first writers one wins", async () => {
    const guard = { key: "k3", field: "rev", expected: "" };
    const write = () => commitIfUnchanged(redis, guard, [["HINCRBY", "k3", "rev", 1]]);
    expect((await Promise.all([write(), write(), write()])).filter(Boolean)).toHaveLength(1);
    expect(await redis.hget("k3", "rev")).toBe("1");
  });

  test("a Redis that forgot its scripts is told again", async () => {
    await redis.script("FLUSH");
    const guard = { key: "k4", field: "rev", expected: "" };
    expect(await commitIfUnchanged(redis, guard, [["HSET", "k4", "rev", "1"]])).toBe(true);
  });

  test("an error of Redis is an error, not a lost race", async () => {
    await redis.set("k5", "text");
    const guard = { key: "k5", field: "rev", expected: "" };
    await expect(commitIfUnchanged(redis, guard, [])).rejects.toThrow("WRONGTYPE");
  });
});

describe("runPipeline", () => {
  test("answers in order, and one failing command fails the call", async () => {
    const answers = await runPipeline(redis, [
      ["SET", "p1", "1"],
      ["GET", "p1"],
    ]);
    expect(answers).toEqual(["OK", "1"]);
    await expect(runPipeline(redis, [["LPUSH", "p1", "x"]])).rejects.toThrow("WRONGTYPE");
  });
});
