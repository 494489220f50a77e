import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { openBenchRedis, redisSearchPath, startBenchRedis } from "./bench-redis.ts";
import type { BenchOptions } from "./options.ts";
import { Stage } from "./stage.ts";
import { spreadOf } from "./statistics.ts";

const SETTINGS = [
  ...["appendonly", "appendfsync", "maxmemory-policy", "hz"],
  ...["hash-max-listpack-value", "save"],
];
const PACKAGES = ["bullmq", "ioredis", "express", "undici", "web-push"];
const load = createRequire(import.meta.url);
const versionSchema = z.object({ version: z.string() });
const settingSchema = z.tuple([z.string(), z.string()]);
const FSYNCS = 200;
const GIB = 1024 ** 3;

/** What the figures were measured on: without it they say nothing. */
export const machineSchema = z.object({
  machine: z.string(),
  cores: z.int(),
  memoryGiB: z.number(),
  loadAverage: z.number(),
  node: z.string(),
  packages: z.record(z.string(), z.string()),
  redis: z.string(),
  redisSettings: z.string(),
  diskSyncP50Us: z.number(),
  startedAt: z.iso.datetime(),
  quick: z.boolean(),
  sections: z.array(z.string()),
});
export type Machine = Readonly<z.infer<typeof machineSchema>>;

/** Describes this machine, and what the run is made with. */
export async function describeMachine(options: BenchOptions): Promise<Machine> {
  const [first] = cpus();
  return {
    machine: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB),
    loadAverage: loadavg()[0] ?? Number.NaN,
    node: process.version,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    redis: redisVersion(),
    redisSettings: await redisSettings(),
    diskSyncP50Us: await diskSyncUs(),
    startedAt: new Date().toISOString(),
    quick: options.isQuick,
    sections: [...options.sections],
  };
}

function versionOf(name: string): string {
  return versionSchema.parse(load(`${name}/package.json`)).version;
}

/** What every Redis of the run is set to, as it says itself. */
async function redisSettings(): Promise<string> {
  const stage = new Stage();
  try {
    const redis = openBenchRedis(stage, (await startBenchRedis(stage)).url);
    const said = await Promise.all(SETTINGS.map((name) => redis.call("CONFIG", "GET", name)));
    const values = said.map((pair) => settingSchema.parse(pair).join(" "));
    return `${values.join(", ")}, unix socket`;
  } finally {
    await stage.end();
  }
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
