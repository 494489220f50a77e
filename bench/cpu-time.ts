import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second on every common build. */
const MS_PER_TICK = 10;

/** Processor time that a process used so far, user and system, in milliseconds; NaN where /proc is missing. */
function cpuTimeMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold spaces; the fields count from behind it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}

/** Measures the processor time that processes use while `work` runs, in milliseconds, in their order. */
export async function withCpuTime<Result>(
  pids: readonly number[],
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuMs: readonly number[] }> {
  const before = pids.map(cpuTimeMs);
  const result = await work();
  return { result, cpuMs: pids.map((pid, at) => cpuTimeMs(pid) - (before[at] ?? 0)) };
}
