import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findRedisServer } from "../../src/process-tree/find-redis-server.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-path-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function aProgram(path: string, mode = 0o755): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, mode);
  return file;
}

describe("findRedisServer", () => {
  test("prefers redis-server, then valkey-server, then the one in the data directory", () => {
    const searchPath = `${join(dir, "a")}:${join(dir, "b")}`;
    const dataDir = join(dir, "data");
    expect(findRedisServer(dataDir, searchPath)).toBeUndefined();

    const unpacked = aProgram("data/redis/redis-server");
    expect(findRedisServer(dataDir, searchPath)).toBe(unpacked);

    const valkey = aProgram("a/valkey-server");
    expect(findRedisServer(dataDir, searchPath)).toBe(valkey);

    const redis = aProgram("b/redis-server");
    expect(findRedisServer(dataDir, searchPath)).toBe(redis);
  });

  test("passes over what cannot be run", () => {
    aProgram("a/redis-server", 0o644);

    expect(findRedisServer(join(dir, "data"), join(dir, "a"))).toBeUndefined();
  });
});
