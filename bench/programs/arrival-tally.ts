import { z } from "zod";
import { spreadOf } from "../statistics.ts";

/** When the prompts of a run of reps are due: the first of them, and so much later each further one. */
const dueSchema = z.object({
  from: z.int(),
  size: z.int(),
  dueAtMs: z.number(),
  /** Between the first and the last; 0 for one moment. */
  overMs: z.number(),
});

/** What every sink is asked. */
export const sinkRequestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("listen"), devices: z.int().optional() }),
  /** Forgets what arrived. */
  z.object({ kind: z.literal("forget") }),
  z.object({ kind: z.literal("count") }),
  z.object({ kind: z.literal("report"), due: dueSchema }),
]);

/** How many devices were reached. */
export const reachedSchema = z.object({ distinct: z.int() });

/** What arrived: late by so many milliseconds, counted from the due time of each. */
export const arrivalsSchema = z.object({
  distinct: z.int(),
  requests: z.int(),
  /** Of those looked at closely, how many were genuine. */
  looked: z.int(),
  genuine: z.int(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  /** From the first due time to the last arrival. */
  tookMs: z.number(),
});
export type Arrivals = z.infer<typeof arrivalsSchema>;

/** One request as it came. */
export interface Arrival {
  readonly rep: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Looking at all of them would take the core that the bridge needs. */
const LOOKED_AT_ONE_IN = 50;

/** Remembers when something came for each rep, and keeps a few requests to look at when all is over. */
export class ArrivalTally {
  readonly #firstAtMs = new Map<number, number>();
  readonly #kept: Arrival[] = [];
  #requests = 0;

  /** Takes a request that began to arrive at `atMs`, epoch milliseconds. */
  note(arrival: Arrival, atMs: number): void {
    if (this.#requests % LOOKED_AT_ONE_IN === 0) {
      this.#kept.push(arrival);
    }
    this.#requests += 1;
    if (!this.#firstAtMs.has(arrival.rep)) {
      this.#firstAtMs.set(arrival.rep, atMs);
    }
  }

  /** Forgets everything. */
  forget(): void {
    this.#firstAtMs.clear();
    this.#kept.length = 0;
    this.#requests = 0;
  }

  /** How many reps something came for. */
  get distinct(): number {
    return this.#firstAtMs.size;
  }

  /** Compares what came with what was due; `isGenuine` judges those that were kept. */
  report(due: z.infer<typeof dueSchema>, isGenuine: (arrival: Arrival) => boolean): Arrivals {
    const { from, size, dueAtMs, overMs } = due;
    const lateMs = [...this.#firstAtMs].map(
      ([rep, atMs]) => atMs - dueAtMs - Math.floor(((rep - from) * overMs) / size),
    );
    const lastAtMs = [...this.#firstAtMs.values()].reduce((last, atMs) => Math.max(last, atMs), 0);
    return {
      distinct: this.#firstAtMs.size,
      requests: this.#requests,
      looked: this.#kept.length,
      genuine: this.#kept.filter(isGenuine).length,
      ...spreadOf(lateMs),
      tookMs: lastAtMs - dueAtMs,
    };
  }
}

/** The time now, to less than a millisecond. */
export function preciseNowMs(): number {
  return performance.timeOrigin + performance.now();
}
