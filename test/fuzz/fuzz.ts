import { test } from "@jest/globals";
import fc from "fast-check";
import { isMeant } from "./documented-codes.ts";
import { heapBytes } from "./heap-bytes.ts";
import { longestTurnMs } from "./longest-turn.ts";

/** No other request waits longer than this for its turn, whatever was sent. */
const LONGEST_TURN_MS = 200;
/** Whoever is slower than this never ends. */
const NEVER_MS = 20_000;
/** An input that took too long is tried again so often; the best counts, because machines are busy. */
const SECOND_TRIES = 3;
/** What may stay behind after a few hundred inputs: caches that fill once, none that grow. */
const KEPT_BYTES = 8 * 1024 * 1024;
const KEPT_INPUTS = 40;
/** The same draws in every run of the suite; the long run draws anew. */
const SUITE_SEED = 20_261_127;
const SUITE_RUNS = 60;
const LONGEST_REPORT = 4_000;

const secondsEach = Number(process.env["FUZZ_SECONDS_EACH"] ?? 0);
const isLongRun = secondsEach > 0;
const seed = Number(process.env["FUZZ_SEED"] ?? SUITE_SEED);

/** What is tried, and how often. */
interface Property<Input> {
  readonly input: fc.Arbitrary<Input>;
  readonly handle: (input: Input) => unknown;
  /** Where nobody else waits meanwhile. */
  readonly mayTakeMs?: number;
  /** In the suite; what is slow gets fewer. */
  readonly runs?: number;
  /** Inputs that once broke it; they come first, in every run. */
  readonly regressions?: readonly Input[];
}

/**
 * One property: whatever the input, `handle` ends with a value or an error that the bridge means.
 *
 * No turn is longer than 200 ms, and nothing is kept. In the suite the draws are always the same; with
 * `npm run fuzz` they go on for `FUZZ_SECONDS_EACH` from `FUZZ_SEED`.
 */
export function fuzz<Input>(name: string, property: Property<Input>): void {
  test(name, () => tryProperty(property), secondsEach * 1000 + 120_000);
}

async function tryProperty<Input>({
  input,
  handle,
  mayTakeMs = LONGEST_TURN_MS,
  runs = SUITE_RUNS,
  regressions = [],
}: Property<Input>): Promise<void> {
  const property = fc.asyncProperty(input, (drawn) => tryInput(drawn, handle, mayTakeMs));
  const details = await fc.check(property, {
    seed,
    examples: regressions.map((one) => [one]),
    ...(isLongRun
      ? { numRuns: 1e9, interruptAfterTimeLimit: secondsEach * 1000, markInterruptAsFailure: false }
      : { numRuns: runs + regressions.length }),
  });
  if (details.failed) {
    throw new Error(reportOf(details), { cause: details.errorInstance });
  }
  if (isLongRun) {
    process.stdout.write(`  ${details.numRuns} inputs, seed ${details.seed}\n`);
  }
  await checkHeap(fc.sample(input, { seed, numRuns: KEPT_INPUTS }), handle);
}

async function tryInput<Input>(
  input: Input,
  handle: (input: Input) => unknown,
  mayTakeMs: number,
): Promise<void> {
  let turnMs = await longestTurnMs(() => settle(input, handle), NEVER_MS);
  for (let tries = 0; turnMs > mayTakeMs && tries < SECOND_TRIES; tries += 1) {
    turnMs = Math.min(turnMs, await longestTurnMs(() => settle(input, handle), NEVER_MS));
  }
  if (turnMs > mayTakeMs) {
    throw new Error(`kept everybody else waiting for ${Math.round(turnMs)} ms`);
  }
}

/** Not `async`: what ends at once must not wait for a turn. */
function settle<Input>(input: Input, handle: (input: Input) => unknown): unknown {
  try {
    const outcome = handle(input);
    return outcome instanceof Promise ? outcome.catch(rejectUnmeant) : outcome;
  } catch (error) {
    return rejectUnmeant(error);
  }
}

function rejectUnmeant(error: unknown): void {
  if (!isMeant(error)) {
    throw error;
  }
}

async function checkHeap<Input>(
  inputs: readonly Input[],
  handle: (input: Input) => unknown,
): Promise<void> {
  if (!isLongRun) {
    return;
  }
  const round = async () => {
    for (const input of inputs) {
      await settle(input, handle);
    }
    return heapBytes();
  };
  await round();
  const before = await round();
  await round();
  const grown = (await round()) - before;
  if (grown > KEPT_BYTES) {
    throw new Error(
      `${grown} bytes stayed behind after the same ${inputs.length} inputs twice more`,
    );
  }
}

/** Bytes are shown as text, in base64 too where they are few: most of them are text. */
function shown(input: unknown): string {
  if (!Buffer.isBuffer(input)) {
    return fc.stringify(input).slice(0, LONGEST_REPORT);
  }
  const exact = input.length <= LONGEST_REPORT ? ` (base64 ${input.toString("base64")})` : "";
  return `${input.length} bytes ${JSON.stringify(input.toString("latin1").slice(0, 500))}${exact}`;
}

function reportOf<Input>(details: fc.RunDetails<[Input]>): string {
  const example = shown(details.counterexample?.[0]);
  const error = details.errorInstance;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `seed ${details.seed}, path ${details.counterexamplePath}, after ${details.numRuns} inputs and ${details.numShrinks} shrinks\ninput: ${example}\n${reason.slice(0, LONGEST_REPORT)}`;
  if (isLongRun) {
    process.stdout.write(`${text}\n`);
  }
  return text;
}
