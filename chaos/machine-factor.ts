import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";

/** What the two probes take on an idle machine of two ordinary cores. */
const USUAL_SPIN_MS = 30;
const USUAL_SYNC_MS = 2;
const SPINS = 5_000_000;
const SYNCS = 20;
const MOST = 6;

/**
 * How much slower this machine is now than an idle one: every stated bound is widened by it.
 *
 * 1 to 6, by a loop of arithmetic, by an fsync in `dir`, and by how many processes wait for each core.
 */
export function measureMachine(dir: string): number {
  const load = (loadavg()[0] ?? 0) / cpus().length;
  const found = Math.max(1, spinMs() / USUAL_SPIN_MS, syncMs(dir) / USUAL_SYNC_MS, load);
  return Math.round(Math.min(MOST, found) * 10) / 10;
}

function spinMs(): number {
  const beganMs = performance.now();
  let sum = 0;
  for (let count = 0; count < SPINS; count += 1) {
    sum = (sum * 31 + count) % 65_537;
  }
  return performance.now() - beganMs + sum * 0;
}

function syncMs(dir: string): number {
  const file = openSync(join(dir, "sync"), "a");
  const beganMs = performance.now();
  for (let count = 0; count < SYNCS; count += 1) {
    writeSync(file, Buffer.alloc(512));
    fsyncSync(file);
  }
  closeSync(file);
  return (performance.now() - beganMs) / SYNCS;
}
