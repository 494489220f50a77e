import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Gives the first process a core and the others the rest of those that the benchmark may use.
 *
 * Left to itself the system moves them, and what one message costs changes by half from one second to the next. Their
 * first threads are meant, not their helpers. Without two cores, /proc and `taskset` (util-linux) nothing is done.
 */
export function placeApart(first: number, others: readonly number[]): void {
  const [own, ...rest] = ALLOWED;
  if (own === undefined || rest.length === 0) {
    return;
  }
  place(first, [own]);
  for (const pid of others) {
    place(pid, rest);
  }
}

/** Lets processes run on every core that the benchmark may use. */
export function placeAnywhere(pids: readonly number[]): void {
  for (const pid of pids) {
    place(pid, ALLOWED);
  }
}

const ALLOWED = allowedCores();

/** The cores of this process as it was started; none where that cannot be read. */
function allowedCores(): readonly number[] {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const [, list] = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status) ?? [];
    return list?.split(",").flatMap(coresOf) ?? [];
  } catch {
    return [];
  }
}

function coresOf(range: string): readonly number[] {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function place(pid: number, cores: readonly number[]): void {
  if (cores.length === 0) {
    return;
  }
  try {
    execFileSync("taskset", ["-c", "-p", cores.join(","), String(pid)], { stdio: "ignore" });
  } catch {
    // No such tool: then the figures spread more.
  }
}
