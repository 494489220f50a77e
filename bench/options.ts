import { parseArgs } from "node:util";

/** The parts of the benchmark that can be run alone. */
export const SECTIONS = ["intake", "burst", "memory", "startup", "operators"] as const;
/** One of these parts. */
export type Section = (typeof SECTIONS)[number];

/** What was asked for on the command line. */
export interface BenchOptions {
  /** Shorter and fewer runs: for a look, not for a comparison. */
  readonly isQuick: boolean;
  readonly sections: ReadonlySet<Section>;
}

/** The command line cannot be read; the message says what can. */
export class BenchUsageError extends Error {
  override readonly name = "BenchUsageError";
}

/**
 * Reads `--quick` and `--only <section>`, which may be given more than once.
 *
 * @throws {BenchUsageError} when there is anything else.
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { quick, only } = parse(args);
  const unknown = only.filter((name) => !SECTIONS.some((section) => section === name));
  if (unknown.length > 0) {
    throw new BenchUsageError(`--only takes ${SECTIONS.join(", ")}; it was ${unknown.join(", ")}`);
  }
  const chosen = SECTIONS.filter((section) => only.length === 0 || only.includes(section));
  return { isQuick: quick, sections: new Set(chosen) };
}

function parse(args: readonly string[]): { readonly quick: boolean; readonly only: string[] } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
      },
    });
    return values;
  } catch (error) {
    const usage = `usage: npm run bench -- [--quick] [--only ${SECTIONS.join("|")}]`;
    throw new BenchUsageError(usage, { cause: error });
  }
}
