import type { Redis } from "ioredis";
import type { Prompt } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";

const HOUR_MS = 3_600_000;
/** How much time one figure stands for. */
const QUARTER_MS = 900_000;
const KEPT_SECONDS = 3 * 86_400;
/** Four steps to a doubling: a figure is right to a fifth of itself. */
const STEPS = 4;
/** Three days late is as late as anything gets. */
const MOST_STEPS = 112;
const MOST = "max";

/** How late prompts were in one quarter of an hour. */
export interface QuarterLateness {
  readonly atMs: number;
  /** How many prompts had their moment. */
  readonly prompts: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/**
 * The commands that count how late a prompt was when its moment came; they belong into the commit that says so.
 * What an operator put on hold was not late, so it is not counted.
 *
 * One set per hour and connection holds a count for each quarter and step of lateness, so that a day takes a few
 * kilobytes however many prompts it has.
 */
export function latenessCommands(
  connection: string,
  { firedAtMs, dueAtMs, heldSinceMs }: Pick<Prompt, "firedAtMs" | "dueAtMs" | "heldSinceMs">,
): readonly RedisCommand[] {
  if (firedAtMs === undefined || heldSinceMs !== undefined) {
    return [];
  }
  const key = keyspace.lateness(connection, Math.floor(firedAtMs / HOUR_MS));
  const quarter = Math.floor((firedAtMs % HOUR_MS) / QUARTER_MS);
  const lateMs = Math.max(0, firedAtMs - dueAtMs);
  return [
    ["ZINCRBY", key, 1, `${quarter}:${stepOf(lateMs)}`],
    ["ZADD", key, "GT", lateMs, `${quarter}:${MOST}`],
    ["EXPIRE", key, KEPT_SECONDS, "NX"],
  ];
}

/** Reads how late prompts were between two moments, by quarters of an hour; quarters without a prompt are left out. */
export async function readLateness(
  redis: Redis,
  connections: readonly string[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly QuarterLateness[]> {
  const quarters = new Map<number, QuarterCounts>();
  const keys = connections.flatMap((name) =>
    hoursOf(fromMs, toMs).map((hour) => ({ hour, key: keyspace.lateness(name, hour) })),
  );
  await Promise.all(
    keys.map(async ({ hour, key }) => {
      const words = await redis.zrangebyscore(key, "-inf", "+inf", "WITHSCORES");
      addWords(quarters, hour, words);
    }),
  );
  return [...quarters]
    .filter(([atMs]) => atMs > fromMs - QUARTER_MS && atMs < toMs)
    .sort(([left], [right]) => left - right)
    .map(([atMs, counts]) => latenessOf(atMs, counts));
}

interface QuarterCounts {
  maxMs: number;
  readonly bySteps: Map<number, number>;
}

function addWords(
  quarters: Map<number, QuarterCounts>,
  hour: number,
  words: readonly string[],
): void {
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [quarter = "", step = ""] = (words[at] ?? "").split(":");
    const number = Number(words[at + 1]);
    const atMs = hour * HOUR_MS + Number(quarter) * QUARTER_MS;
    const counts = quarters.get(atMs) ?? { maxMs: 0, bySteps: new Map<number, number>() };
    quarters.set(atMs, counts);
    if (step === MOST) {
      counts.maxMs = Math.max(counts.maxMs, number);
    } else {
      counts.bySteps.set(Number(step), (counts.bySteps.get(Number(step)) ?? 0) + number);
    }
  }
}

function latenessOf(atMs: number, { maxMs, bySteps }: QuarterCounts): QuarterLateness {
  const steps = [...bySteps].sort(([left], [right]) => left - right);
  const prompts = steps.reduce((sum, [, count]) => sum + count, 0);
  const at = (share: number) => Math.min(maxMs, topOf(stepAt(steps, prompts * share)));
  return { atMs, prompts, p50Ms: at(0.5), p95Ms: at(0.95), maxMs };
}

function stepAt(steps: readonly (readonly [number, number])[], rank: number): number {
  let passed = 0;
  for (const [step, count] of steps) {
    passed += count;
    if (passed >= rank) {
      return step;
    }
  }
  return MOST_STEPS;
}

function stepOf(lateMs: number): number {
  return lateMs < 1 ? 0 : Math.min(MOST_STEPS, Math.ceil(Math.log2(lateMs) * STEPS) + 1);
}

/** The most that counts under a step. */
function topOf(step: number): number {
  return step === 0 ? 0 : Math.round(2 ** ((step - 1) / STEPS));
}

function hoursOf(fromMs: number, toMs: number): readonly number[] {
  const first = Math.floor(fromMs / HOUR_MS);
  return Array.from({ length: Math.ceil(toMs / HOUR_MS) - first }, (_, at) => first + at);
}
