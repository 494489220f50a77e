import { argv } from "node:process";
import { BridgeFailedError } from "./bench-bridge.ts";
import { FigureBook } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { measureBurst } from "./measure-burst.ts";
import { measureDay } from "./measure-day.ts";
import { measureFairness } from "./measure-fairness.ts";
import { measureGrowth } from "./measure-growth.ts";
import { measureIntake } from "./measure-intake.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureOperators } from "./measure-operators.ts";
import { measureSalesforce } from "./measure-salesforce.ts";
import { measureStartup } from "./measure-startup.ts";
import { type BenchOptions, BenchUsageError, readOptions, type Section } from "./options.ts";
import { serveProgram } from "./program.ts";
import { PROGRAMS } from "./programs/programs.ts";
import { openLineWriter, readRun } from "./report/run-lines.ts";
import { writeReports } from "./report/write-reports.ts";
import { Stage } from "./stage.ts";

type Measure = (stage: Stage, figures: FigureBook, options: BenchOptions) => Promise<void>;

const MEASURES: Readonly<Record<Section, Measure>> = {
  intake: measureIntake,
  burst: measureBurst,
  day: measureDay,
  salesforce: measureSalesforce,
  memory: measureMemory,
  growth: measureGrowth,
  startup: measureStartup,
  operators: measureOperators,
  fairness: measureFairness,
};

const [asked, program = ""] = argv.slice(2);
if (asked === "--program") {
  const handler = PROGRAMS[program];
  if (handler === undefined) {
    throw new BenchUsageError(`there is no program ${program}`);
  }
  serveProgram(handler);
} else {
  await runBench(argv.slice(2));
}

/** Runs the sections one after another; nothing that one started is there when the next begins. */
async function runBench(args: readonly string[]): Promise<void> {
  let stage = new Stage();
  let isInterrupted = false;
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(signal, () => {
      isInterrupted = true;
      void stage.end().finally(() => process.exit(code));
    });
  }
  try {
    const options = readOptions(args);
    if (options.from !== undefined) {
      writeReports(readRun(options.from), options);
      process.exit(0);
    }
    const writeLine = openLineWriter(options.json);
    const figures = new FigureBook(writeLine);
    const machine = await describeMachine(options);
    writeLine(JSON.stringify(machine));
    for (const section of options.sections) {
      stage = new Stage();
      try {
        await MEASURES[section](stage, figures, options);
      } finally {
        await stage.end();
      }
    }
    figures.printTable();
    writeReports({ machine, figures: figures.figures }, options);
    process.exit(0);
  } catch (error) {
    await stage.end();
    // After an interruption everything fails; the handler of the signal ends the process.
    if (!isInterrupted) {
      complain(error);
      process.exit(error instanceof BenchUsageError ? 2 : 1);
    }
  }
}

function complain(error: unknown): void {
  const isOurs = error instanceof BridgeFailedError || error instanceof BenchUsageError;
  console.error(isOurs ? `bench: ${error.message}` : error);
}
