import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";

const WRITE_TIMEOUT_MS = 1_500;
/** Many probes share one write. */
const FRESH_MS = 500;
/** Settings change rarely, and asking for them is not free. */
const DURABILITY_FRESH_MS = 30_000;

/** What readiness is judged by. */
export interface ReadinessDeps {
  /** The fail-fast connection. */
  readonly redis: Redis;
  /** Why an accepted event might not survive, each in words; empty when all is well. */
  readonly durability: () => Promise<readonly string[]>;
  readonly nowMs: () => number;
}

/** Says why no event could be made durable now; empty when one could. */
export type Readiness = () => Promise<readonly string[]>;

/** Makes the check: a confirmed write now, and settings that keep it. One check at a time, shared by all callers. */
export function createReadiness({ redis, durability, nowMs }: ReadinessDeps): Readiness {
  const settings = shared(durability, { freshMs: DURABILITY_FRESH_MS, nowMs });
  return shared(() => findReasons(redis, settings), { freshMs: FRESH_MS, nowMs });
}

async function findReasons(redis: Redis, settings: Readiness): Promise<readonly string[]> {
  try {
    await within(WRITE_TIMEOUT_MS, redis.set(keyspace.readiness(), "1", "EX", 60));
    return await settings();
  } catch {
    // What the store's client says may name hosts; that it did not answer is what counts.
    return ["The store did not confirm a write within 1.5 s"];
  }
}

interface Freshness {
  readonly freshMs: number;
  readonly nowMs: () => number;
}

/** Lets callers share one run, and its result for a while; a run that failed is not kept. */
function shared<Result>(
  run: () => Promise<Result>,
  { freshMs, nowMs }: Freshness,
): () => Promise<Result> {
  let current: { readonly result: Promise<Result>; goodUntilMs: number } | undefined;
  return () => {
    if (current !== undefined && nowMs() < current.goodUntilMs) {
      return current.result;
    }
    const mine = { result: run(), goodUntilMs: Number.POSITIVE_INFINITY };
    current = mine;
    mine.result.then(
      () => {
        mine.goodUntilMs = nowMs() + freshMs;
      },
      () => {
        mine.goodUntilMs = 0;
      },
    );
    return mine.result;
  };
}

async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("too slow")), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
