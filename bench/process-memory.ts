import { readFileSync } from "node:fs";
import type { BenchBridge } from "./bench-bridge.ts";
import type { FigureBook } from "./figures.ts";

const KIB = 1024;
const MIB = KIB * KIB;

/** What one process holds, in MiB: now, and at most since it began; NaN where /proc is missing. */
export interface HeldMemory {
  readonly nowMib: number;
  readonly mostMib: number;
}

/** Reads the resident memory of a process. */
export function heldMemory(pid: number): HeldMemory {
  const status = readStatus(pid);
  const mib = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * KIB) / MIB;
  return { nowMib: mib("VmRSS"), mostMib: mib("VmHWM") };
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

const PROCESSES = ["main", "web", "worker", "redis"] as const;

/** Takes down what each process of a bridge holds. */
export function addHeldMemory(figures: FigureBook, bridge: BenchBridge, when: string): void {
  for (const name of PROCESSES) {
    const { nowMib, mostMib } = heldMemory(bridge.pidOf(name));
    figures.add({
      figure: "memory.process",
      of: { process: name, when },
      values: { nowMib, mostMib },
    });
  }
}
