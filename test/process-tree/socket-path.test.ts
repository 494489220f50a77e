import { chmodSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { socketPath } from "../../src/process-tree/socket-path.ts";

const made: string[] = [];

afterEach(() => {
  for (const dir of made.splice(0)) {
    rmSync(dir, { recursive: true, force: true });
  }
});

function aLongDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-socket-"));
  made.push(dir);
  return join(dir, "x".repeat(90));
}

describe("socketPath", () => {
  test("is in the data directory while the kernel takes the path", () => {
    expect(socketPath("/srv/bridge/.data", "redis.sock")).toBe("/srv/bridge/.data/redis.sock");
  });

  test("is in a private folder of its own when the path is too long, always the same", () => {
    const dataDir = aLongDataDir();

    const path = socketPath(dataDir, "redis.sock");
    made.push(dirname(path));

    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(socketPath(dataDir, "redis.sock")).toBe(path);
    const ofAnother = socketPath(aLongDataDir(), "redis.sock");
    made.push(dirname(ofAnother));
    expect(ofAnother).not.toBe(path);
  });

  test("refuses a folder that others can enter", () => {
    const dataDir = aLongDataDir();
    const dir = dirname(socketPath(dataDir, "redis.sock"));
    made.push(dir);
    chmodSync(dir, 0o755);

    expect(() => socketPath(dataDir, "redis.sock")).toThrow(/must belong to this user alone/);
  });
});
