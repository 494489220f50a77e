import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { redisSearchPath } from "./bench-redis.ts";
import type { BenchOptions } from "./options.ts";
import { Stage } from "./stage.ts";
import { spreadOf } from "./statistics.ts";

const FSYNCS = 200;
const GIB = 1024 ** 3;

/** Describes what the figures were measured on: without it they say nothing. */
export async function describeMachine(options: BenchOptions): Promise<object> {
  const [first] = cpus();
  return {
    machine: first?.model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB),
    loadAverage: loadavg()[0],
    node: process.version,
    redis: redisVersion(),
    redisSettings: "appendonly yes, appendfsync always, hz 100, unix socket",
    diskSyncP50Us: await diskSyncUs(),
    quick: options.isQuick,
    sections: [...options.sections],
  };
}

function redisVersion(): string {
  const [dir = ""] = redisSearchPath().split(delimiter);
  for (const name of ["redis-server", "valkey-server"]) {
    try {
      const said = execFileSync(join(dir, name), ["--version"], { encoding: "utf8" });
      return /v=([\d.]+)/.exec(said)?.[1] ?? said.trim();
    } catch {
      // The other one is there.
    }
  }
  return "unknown";
}

/** What one small append with fsync costs on the disk that is used: the floor of every acknowledgment. */
async function diskSyncUs(): Promise<number> {
  const stage = new Stage();
  const path = join(stage.makeFolder(), "sync");
  const file = openSync(path, "a");
  const tookUs: number[] = [];
  for (let count = 0; count < FSYNCS; count += 1) {
    const beganMs = performance.now();
    writeSync(file, Buffer.alloc(2048));
    fsyncSync(file);
    tookUs.push((performance.now() - beganMs) * 1000);
  }
  closeSync(file);
  rmSync(path);
  await stage.end();
  return Math.round(spreadOf(tookUs).p50);
}
