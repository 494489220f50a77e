import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Figure } from "../figures.ts";
import { type Machine, machineSchema } from "../machine.ts";

/** Everything that one run found. */
export interface BenchRun {
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

const figureSchema = z.object({
  figure: z.string(),
  of: z.record(z.string(), z.union([z.string(), z.number()])),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});

/** Writes lines to the console, and to a file that is made anew when there is one. */
export function openLineWriter(path: string | undefined): (line: string) => void {
  if (path !== undefined) {
    writeFileSync(path, "");
  }
  return (line) => {
    console.log(line);
    if (path !== undefined) {
      appendFileSync(path, `${line}\n`);
    }
  };
}

/**
 * Reads what a run wrote: the machine first, then one figure a line.
 *
 * @throws {z.ZodError} when it is something else.
 */
export function readRun(path: string): BenchRun {
  const [machine, ...figures] = readFileSync(path, "utf8").trimEnd().split("\n");
  return {
    machine: machineSchema.parse(JSON.parse(machine ?? "")),
    figures: figures.map((line) => figureSchema.parse(JSON.parse(line))),
  };
}
