import { argv } from "node:process";
import { Stage } from "../bench/stage.ts";
import { runMillion } from "./million/run-million.ts";
import { type ChaosOptions, ChaosUsageError, readOptions } from "./options.ts";
import { resultLines } from "./report/print-results.ts";
import { writeJson, writeSection } from "./report/write-report.ts";
import { runModel } from "./run-model.ts";
import { isUnproved, runScenario, type ScenarioResult } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";

const MODEL = "model";
/** Takes long and breaks nothing: only where it is asked for by name. */
const MILLION = "million";
const HISTORIES = 10_000;
const QUICK_HISTORIES = 1_000;
const DOCUMENT = "docs/reliability.md";

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
  process.exit(await runChaos(argv.slice(2)));
} catch (error) {
  await stage.end();
  // After an interruption everything fails; the handler of the signal ends the process.
  if (!isInterrupted) {
    console.error(error instanceof ChaosUsageError ? `chaos: ${error.message}` : error);
    process.exit(error instanceof ChaosUsageError ? 2 : 1);
  }
}

/** Runs everything that was asked for, one after another; resolves to the exit code. */
async function runChaos(args: readonly string[]): Promise<number> {
  const names = [...SCENARIOS.map(({ name }) => name), MODEL, MILLION];
  const options = readOptions(args, names);
  const beganMs = performance.now();
  console.log(`chaos: --seed ${options.seed}`);
  const scenarios: ScenarioResult[] = [];
  for (const scenario of chosen(options)) {
    const result = await runUntilProved(scenario, options);
    scenarios.push(result);
    console.log(resultLines(result).join("\n"));
  }
  const histories = await liveHistories(options);
  const million = await sendAMillion(options);
  const report = {
    endedAt: new Date().toISOString(),
    seed: options.seed,
    node: process.version,
    tookMs: Math.round(performance.now() - beganMs),
    scenarios,
    histories,
    million,
  };
  writeJson(report, options.report);
  if (options.isDocWritten) {
    writeSection(report, DOCUMENT);
  }
  const broken = scenarios.filter(({ outcome }) => outcome === "broken");
  console.log(
    `chaos: ${scenarios.length - broken.length} of ${scenarios.length} scenarios kept, ${histories.count} histories, ${options.report}`,
  );
  return broken.length === 0 && histories.failure === undefined && million.growth.length === 0
    ? 0
    : 1;
}

/** A machine that was too slow for its own waits gets twice the time, once. */
async function runUntilProved(scenario: Scenario, options: ChaosOptions): Promise<ScenarioResult> {
  const first = await inStage((own) => runScenario(own, scenario, options));
  return isUnproved(first)
    ? inStage((own) => runScenario(own, scenario, { ...options, patience: 2 }))
    : first;
}

async function liveHistories({ only, isQuick, seed }: ChaosOptions) {
  if (only.length > 0 && !only.includes(MODEL)) {
    return { count: 0, failure: undefined };
  }
  const count = isQuick ? QUICK_HISTORIES : HISTORIES;
  const failure = await inStage((own) => runModel(own, { count, seed }));
  console.log(`${MODEL.padEnd(22)}  ${failure ?? `kept, ${count} histories`}`);
  return { count, failure };
}

async function sendAMillion({ only, events }: ChaosOptions) {
  if (!only.includes(MILLION)) {
    return { growth: [] };
  }
  const result = await inStage((own) => runMillion(own, events));
  const { growth, arrivals } = result;
  const outcome = growth.length === 0 ? "kept" : `broken: ${growth.join("; ")}`;
  console.log(`${MILLION.padEnd(22)}  ${outcome}, ${events} events, ${arrivals} calls to devices`);
  return result;
}

/** Nothing that one part started is there when the next begins. */
async function inStage<Result>(run: (stage: Stage) => Promise<Result>): Promise<Result> {
  stage = new Stage();
  try {
    return await run(stage);
  } finally {
    await stage.end();
  }
}

function chosen({ only, isQuick }: ChaosOptions): readonly Scenario[] {
  return only.length > 0
    ? SCENARIOS.filter(({ name }) => only.includes(name))
    : SCENARIOS.filter((scenario) => !isQuick || scenario.isQuick === true);
}
