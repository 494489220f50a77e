import { afterEach, describe, expect, test } from "@jest/globals";
import { checkDurability, type Durability } from "../../src/process-tree/redis-durability.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";

const servers: RedisServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    await server.stop();
  }
});

async function durabilityOf(
  args: readonly string[],
  prepare: (redis: ReturnType<typeof openProducerRedis>) => Promise<unknown> = async () =>
    undefined,
): Promise<Durability> {
  const server = await startRedisServer({ args });
  servers.push(server);
  const redis = openProducerRedis(server.url);
  try {
    await untilReady(redis, 5000);
    await prepare(redis);
    return await checkDurability(redis);
  } finally {
    redis.disconnect();
  }
}

describe("checkDurability on a real Redis", () => {
  test("is content with an append-only file that is always synced", async () => {
    expect(await durabilityOf([])).toEqual({ kind: "durable" });
  });

  test.each([
    [
      "no append-only file",
      ["--appendonly", "no"],
      /appendonly is off: everything acknowledged since the last snapshot is lost/,
    ],
    [
      "a sync each second",
      ["--appendfsync", "everysec"],
      /appendfsync is everysec: up to 2 s of acknowledged events are lost on a power failure/,
    ],
    ["no sync at all", ["--appendfsync", "no"], /appendfsync is no: about 30 s/],
    [
      "an eviction policy",
      ["--maxmemory-policy", "allkeys-lru"],
      /maxmemory-policy is allkeys-lru: when memory is full, waiting jobs vanish silently/,
    ],
    [
      "no sync during a rewrite",
      ["--no-appendfsync-on-rewrite", "yes"],
      /no-appendfsync-on-rewrite is yes/,
    ],
  ])("finds %s", async (_what, args, finding) => {
    const durability = await durabilityOf(args);

    expect(durability).toEqual({ kind: "at-risk", findings: [expect.stringMatching(finding)] });
  });

  test("tells every risk at once", async () => {
    const durability = await durabilityOf([
      ...["--appendfsync", "everysec", "--maxmemory-policy", "volatile-ttl"],
    ]);

    expect(durability).toMatchObject({ kind: "at-risk", findings: { length: 2 } });
  });

  test("says that it cannot know where CONFIG is not allowed", async () => {
    const durability = await durabilityOf([], (redis) =>
      redis.acl("SETUSER", "default", "-config"),
    );

    expect(durability).toEqual({
      kind: "unknown",
      findings: [expect.stringMatching(/CONFIG GET is not allowed/)],
    });
  });

  test("still sees a missing append-only file where CONFIG is not allowed", async () => {
    const durability = await durabilityOf(["--appendonly", "no"], (redis) =>
      redis.acl("SETUSER", "default", "-config"),
    );

    expect(durability).toMatchObject({ kind: "at-risk" });
  });

  test("rejects when Redis is gone", async () => {
    const server = await startRedisServer();
    servers.push(server);
    const redis = openProducerRedis(server.url);
    await untilReady(redis, 5000);
    await server.kill();

    await expect(checkDurability(redis)).rejects.toThrow();
    redis.disconnect();
  });
});

test("a failed write to the append-only file is a risk, whatever the settings", async () => {
  const settings: Record<string, string> = {
    appendonly: "yes",
    appendfsync: "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
  };
  const fullDisk = {
    info: async () => "# Persistence\r\naof_enabled:1\r\naof_last_write_status:err\r\n",
    config: async (_get: string, name: string) => [name, settings[name]],
  };

  expect(await checkDurability(fullDisk)).toEqual({
    kind: "at-risk",
    findings: [expect.stringMatching(/aof_last_write_status is err/)],
  });
});
