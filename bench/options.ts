import { parseArgs } from "node:util";

/** The parts of the benchmark that can be run alone. */
export const SECTIONS = [
  "intake",
  "burst",
  "day",
  "salesforce",
  "memory",
  "growth",
  "startup",
  "operators",
  "fairness",
] as const;
/** One of these parts. */
export type Section = (typeof SECTIONS)[number];

/** What was asked for on the command line. */
export interface BenchOptions {
  /** Shorter and fewer runs: for a look, not for a comparison. */
  readonly isQuick: boolean;
  /** Growth goes on to a million waiting prompts. */
  readonly isFullGrowth: boolean;
  readonly sections: ReadonlySet<Section>;
  /** Where the JSON lines go, besides the console. */
  readonly json: string | undefined;
  /** Where the chart goes. */
  readonly chart: string | undefined;
  /** Whether docs/performance.md and its chart are written anew. */
  readonly isDocWritten: boolean;
  /** JSON lines of an earlier run, to be told of in place of a new one. */
  readonly from: string | undefined;
}

/** The command line cannot be read; the message says what can. */
export class BenchUsageError extends Error {
  override readonly name = "BenchUsageError";
}

const USAGE = `usage: npm run bench -- [--quick] [--full-growth] [--only ${SECTIONS.join("|")}]... [--json <file>] [--chart <file>] [--doc] [--from <file>]`;

/**
 * Reads the command line; `--only` may be given more than once.
 *
 * @throws {BenchUsageError} when there is anything else.
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { quick, only, json, chart, doc, from, "full-growth": isFullGrowth } = parse(args);
  const unknown = only.filter((name) => !SECTIONS.some((section) => section === name));
  if (unknown.length > 0) {
    throw new BenchUsageError(`--only takes ${SECTIONS.join(", ")}; it was ${unknown.join(", ")}`);
  }
  if (doc && from === undefined && only.length > 0) {
    throw new BenchUsageError("--doc tells of one whole run: leave out --only");
  }
  const chosen = SECTIONS.filter((section) => only.length === 0 || only.includes(section));
  return {
    ...{ isQuick: quick, isFullGrowth, sections: new Set(chosen) },
    ...{ json, chart, from, isDocWritten: doc },
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        "full-growth": { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        chart: { type: "string" },
        doc: { type: "boolean", default: false },
        from: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new BenchUsageError(USAGE, { cause: error });
  }
}
