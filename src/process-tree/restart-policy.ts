/** How often and how fast a process that died is started again. */
export interface RestartPolicy {
  /** The wait before each restart; the last one holds for all later ones. */
  readonly delaysMs: readonly number[];
  readonly maxDeaths: number;
  readonly windowMs: number;
}

/** For children: at once, then slower; well within the 5 s that a restart may take. */
export const CHILD_RESTARTS: RestartPolicy = {
  delaysMs: [0, 250, 500, 1000, 2000, 4000],
  maxDeaths: 8,
  windowMs: 60_000,
};

/** For Redis: nothing is accepted while it is away, so it is never kept waiting. */
export const REDIS_RESTARTS: RestartPolicy = {
  delaysMs: [0, 100, 250, 500],
  maxDeaths: 8,
  windowMs: 60_000,
};

/** What to do after a death. */
export type RestartVerdict =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "give-up" };

/** Decides what follows the death at `nowMs`, the last of `deathsMs` (milliseconds of one clock). */
export function judgeDeaths(
  policy: RestartPolicy,
  deathsMs: readonly number[],
  nowMs: number,
): RestartVerdict {
  const recent = deathsMs.filter((deathMs) => nowMs - deathMs < policy.windowMs).length;
  if (recent > policy.maxDeaths) {
    return { kind: "give-up" };
  }
  return { kind: "restart", delayMs: policy.delaysMs[recent - 1] ?? policy.delaysMs.at(-1) ?? 0 };
}
