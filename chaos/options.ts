import { parseArgs } from "node:util";

/** What was asked for on the command line. */
export interface ChaosOptions {
  /** The most telling faults and fewer histories: for a look, not for a proof. */
  readonly isQuick: boolean;
  /** A quarter of the load: enough to see that nothing is broken, not to prove it. */
  readonly isSmall: boolean;
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  readonly seed: number;
  /** The file that the report goes to. */
  readonly report: string;
  /** Whether docs/reliability.md is written anew. */
  readonly isDocWritten: boolean;
}

/** The command line cannot be read; the message says what can. */
export class ChaosUsageError extends Error {
  override readonly name = "ChaosUsageError";
}

const USAGE =
  "usage: npm run chaos -- [--quick] [--small] [--only <scenario>]... [--seed <number>] [--report <file>] [--doc]";
const SEEDS = 2 ** 31;

/**
 * Reads the command line; a seed that is not given is drawn, and printed by whoever uses it.
 *
 * @throws {ChaosUsageError} when there is anything else, or a name that no scenario has.
 */
export function readOptions(args: readonly string[], known: readonly string[]): ChaosOptions {
  const { quick, small, only, seed, report, doc } = parse(args);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ChaosUsageError(`there is no ${unknown.join(", ")}; there are ${known.join(", ")}`);
  }
  if (seed !== undefined && !/^\d{1,10}$/.test(seed)) {
    throw new ChaosUsageError("--seed takes a whole number");
  }
  return {
    isQuick: quick,
    isSmall: small,
    only,
    seed: seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(seed),
    report,
    isDocWritten: doc,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        small: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        seed: { type: "string" },
        report: { type: "string", default: "chaos-report.json" },
        doc: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new ChaosUsageError(USAGE, { cause: error });
  }
}
