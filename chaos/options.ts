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
  /** The folder where the logs of the bridge are kept; undefined: they go with the run. */
  readonly logs: string | undefined;
  /** How many events `million` sends. */
  readonly events: number;
  /** Whether docs/reliability.md is written anew. */
  readonly isDocWritten: boolean;
}

/** The command line cannot be read; the message says what can. */
export class ChaosUsageError extends Error {
  override readonly name = "ChaosUsageError";
}

const USAGE =
  "usage: npm run chaos -- [--quick] [--small] [--only <scenario>]... [--seed <number>] [--report <file>] [--logs <folder>] [--events <number>] [--doc]";
const SEEDS = 2 ** 31;
/** Fewer fill nothing that is kept to its full length. */
const LEAST_EVENTS = 10_000;

/**
 * Reads the command line; a seed that is not given is drawn, and printed by whoever uses it.
 *
 * @throws {ChaosUsageError} when there is anything else, or a name that no scenario has.
 */
export function readOptions(args: readonly string[], known: readonly string[]): ChaosOptions {
  const { quick, small, only, seed, report, logs, events, doc } = parse(args);
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
    logs,
    events: readCount(events),
    isDocWritten: doc,
  };
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < LEAST_EVENTS) {
    throw new ChaosUsageError(`--events takes a whole number, ${LEAST_EVENTS} at least`);
  }
  return count;
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
        logs: { type: "string" },
        events: { type: "string", default: "1000000" },
        doc: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new ChaosUsageError(USAGE, { cause: error });
  }
}
