import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

const LAST_CORE = cpus().length - 1;
const FIRST = "0";
const OTHERS = LAST_CORE > 1 ? `1-${LAST_CORE}` : "1";
const ALL = `0-${LAST_CORE}`;

/**
 * Gives the first process a core and the others the rest.
 *
 * Left to itself the system moves them, and what one message costs changes by half from one second to the next. Their
 * first threads are meant, not their helpers. Without two cores and `taskset` (util-linux) nothing is done.
 */
export function placeApart(first: number, others: readonly number[]): void {
  place(first, FIRST);
  for (const pid of others) {
    place(pid, OTHERS);
  }
}

/** Lets processes run on every core. */
export function placeAnywhere(pids: readonly number[]): void {
  for (const pid of pids) {
    place(pid, ALL);
  }
}

function place(pid: number, cores: string): void {
  if (LAST_CORE === 0) {
    return;
  }
  try {
    execFileSync("taskset", ["-c", "-p", cores, String(pid)], { stdio: "ignore" });
  } catch {
    // No such tool, or not these cores: then the figures spread more.
  }
}
