import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../bench/stage.ts";
import { spreadOf } from "../bench/statistics.ts";
import { groupBy } from "../src/siro/group-by.ts";
import { checkAll } from "./checks/check-all.ts";
import { latenessOf } from "./checks/check-neighbour.ts";
import { type Evidence, readRecords, type Verdict } from "./checks/evidence.ts";
import { type HandedBack, handBack } from "./checks/hand-back.ts";
import { untilKept } from "./checks/until-kept.ts";
import { type Bound, Drill, type DrillConditions } from "./drill.ts";
import { measureMachine } from "./machine-factor.ts";
import type { Scenario } from "./scenario.ts";
import { seededRandom } from "./seeded-random.ts";
import { ACME, BRAVO } from "./world/tenants.ts";
import { openWorld, type World } from "./world/world.ts";

/** How one scenario ended. */
export interface ScenarioResult {
  readonly name: string;
  readonly faults: readonly number[];
  readonly outcome: "kept" | "broken" | "not made here";
  /** Why it was not made. */
  readonly reason?: string;
  readonly factor: number;
  readonly tookMs: number;
  readonly acked: number;
  readonly refused: number;
  readonly arrivals: number;
  readonly latenessP99Ms: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
  readonly bounds: readonly Bound[];
  readonly findings: readonly string[];
  /** How many parked entries were handed back, by what came of it. */
  readonly handedBack: Readonly<Record<string, number>>;
}

/** How all scenarios of one call are run. */
export interface RunOptions {
  readonly seed: number;
  readonly isSmall: boolean;
  /** The folder where the bridge's logs are kept. */
  readonly logs?: string | undefined;
  /** Everything waits so many times longer than the machine's factor says; 1 where nothing is said. */
  readonly patience?: number;
}

const AFTER_LAST_MS = 500;
const LOOK_MS = 1_000;
const CONFIRM_MS = 700;
const SETTLE_MS = 20_000;

/** Runs one scenario in a world of its own and judges what it left; one that cannot be run is broken. */
export async function runScenario(
  stage: Stage,
  scenario: Scenario,
  { seed, isSmall, logs, patience = 1 }: RunOptions,
): Promise<ScenarioResult> {
  const beganMs = performance.now();
  const factor = measureMachine(stage.makeFolder()) * patience;
  const nothing = nothingOf(scenario, factor);
  const reason = scenario.cannot?.();
  if (reason !== undefined) {
    return { ...nothing, outcome: "not made here", reason };
  }
  try {
    const random = seededRandom(seed + nameNumber(scenario.name));
    const result = await judge(stage, scenario, { factor, random, isSmall, logs });
    return { ...result, tookMs: Math.round(performance.now() - beganMs) };
  } catch (error) {
    const finding = error instanceof Error ? error.message : "it failed without a word";
    return { ...nothing, outcome: "broken", findings: [finding] };
  }
}

async function judge(
  stage: Stage,
  scenario: Scenario,
  conditions: DrillConditions & Pick<RunOptions, "logs">,
): Promise<ScenarioResult> {
  const world = await openWorld(stage, scenario.world ?? {});
  const { logs } = conditions;
  if (logs !== undefined) {
    stage.onEnd(async () => keepLogs(world, logs, scenario.name));
  }
  const drill = new Drill(world, conditions);
  await drill.untilReady();
  const beforeMiB = world.memoryMiB();
  await scenario.run(drill);
  const evidence = await settle(drill, beforeMiB);
  const verdicts = checkAll(evidence);
  const isKept =
    verdicts.every((one) => one.isKept) &&
    drill.bounds.every((one) => one.isKept) &&
    drill.findings.length === 0;
  return {
    ...nothingOf(scenario, conditions.factor),
    outcome: isKept ? "kept" : "broken",
    acked: drill.book.acked().length,
    refused: drill.book.answers.filter(({ status }) => status !== 202).length,
    arrivals: evidence.arrivals.length,
    latenessP99Ms: {
      [ACME.name]: Math.round(spreadOf(latenessOf(evidence, ACME.name)).p99),
      [BRAVO.name]: Math.round(spreadOf(latenessOf(evidence, BRAVO.name)).p99),
    },
    verdicts,
    bounds: drill.bounds,
    findings: drill.findings,
    handedBack: countOutcomes(evidence.handedBack ?? []),
  };
}

function countOutcomes(handedBack: readonly HandedBack[]): Readonly<Record<string, number>> {
  const ofOne = groupBy(handedBack, ({ outcome }) => outcome);
  return Object.fromEntries([...ofOne].map(([outcome, all]) => [outcome, all.length]));
}

function keepLogs({ parts }: World, folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of parts) {
    writeFileSync(join(folder, `${name}.${part.name}.log`), part.log());
  }
}

function nothingOf({ name, faults }: Scenario, factor: number) {
  return {
    ...{ name, faults, factor, tookMs: 0, acked: 0, refused: 0, arrivals: 0 },
    ...{ latenessP99Ms: {}, verdicts: [], bounds: [], findings: [], handedBack: {} },
  };
}

/** Waits until nothing moves any more, or until it should not have: then that is what is judged. */
async function settle(drill: Drill, beforeMiB: number): Promise<Evidence> {
  await drill.at(drill.lastDueAtMs + AFTER_LAST_MS);
  const deadlineMs = Date.now() + SETTLE_MS * drill.factor + drill.terms.outageMs;
  const patience = { deadlineMs, lookMs: LOOK_MS, confirmMs: CONFIRM_MS };
  const evidence = await untilKept(() => collect(drill, beforeMiB), patience);
  if (evidence === undefined) {
    throw new Error("the bridge did not answer an operator's questions at rest");
  }
  const { parked, factor } = evidence;
  return { ...evidence, handedBack: await handBack(drill.world.desk, parked, factor) };
}

async function collect(drill: Drill, beforeMiB: number): Promise<Evidence | undefined> {
  const { world, book, terms, factor } = drill;
  try {
    const [records, parked, overview] = await Promise.all([
      readRecords(world.desk, book),
      world.desk.parked(),
      world.desk.overview(),
    ]);
    return {
      ...{ book, records, parked, overview, terms, factor },
      ...{ everAsked: drill.everAsked, handedBack: undefined },
      arrivals: [...world.sink.arrivals],
      nowMs: Date.now(),
      memory: { beforeMiB, afterMiB: world.memoryMiB() },
    };
  } catch {
    return undefined;
  }
}

function nameNumber(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

/** No slowness of a machine loses what was acknowledged, or makes two of one. */
const NEVER_SLOWNESS: ReadonlySet<string> = new Set(["I1", "I2"]);

/** Whether a run proved nothing, because the machine was too slow to settle the visits before they were due. */
export function isUnproved({ outcome, verdicts }: ScenarioResult): boolean {
  return (
    outcome === "broken" &&
    verdicts.some((one) => one.isUnproved === true) &&
    verdicts.every(({ invariant, isKept }) => isKept || !NEVER_SLOWNESS.has(invariant))
  );
}
