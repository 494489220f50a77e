import type { Redis } from "ioredis";
import { StateContendedError } from "../errors.ts";
import type { RedisCommand } from "../redis-script.ts";
import { commitRepChange, type RepReach, readRepState } from "./rep-book.ts";
import type { RepState } from "./rep-state.ts";

/** More lost races than this in a row means that something is wrong, not busy. */
const COMMIT_TRIES = 50;

/** What to do about a state that was read; no commands means that nothing has to change. */
export interface RepDecision<Result> {
  readonly result: Result;
  readonly commands: readonly RedisCommand[];
}

/** A change that is decided from the state and from what is seen beside it. */
export interface SeeingChange<Seen, Result> {
  /** What else is to be known: asked for right behind the state, in the same exchange. */
  readonly see: () => Promise<Seen>;
  readonly decide: (
    state: RepState,
    seen: Seen,
  ) => RepDecision<Result> | Promise<RepDecision<Result>>;
}

/** A change by somebody who knows the state already, from the change it made last; it changes something in any case. */
export interface KnownChange<Seen, Result> extends SeeingChange<Seen, Result> {
  readonly known: RepState;
  /** What there is beside the state for as long as nobody else changes it. */
  readonly seen: Seen;
}

/**
 * Reads, decides and commits, again from the start whenever another writer was faster.
 *
 * @throws {StateContendedError} when that went on and on.
 */
export async function changeRep<Result>(
  redis: Redis,
  rep: RepReach,
  decide: (state: RepState) => RepDecision<Result> | Promise<RepDecision<Result>>,
): Promise<Result> {
  return changeRepSeeing(redis, rep, { see: async () => undefined, decide });
}

/** The same for a decision that needs to know more than the state. */
export async function changeRepSeeing<Seen, Result>(
  redis: Redis,
  rep: RepReach,
  { see, decide }: SeeingChange<Seen, Result>,
): Promise<Result> {
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    const [state, seen] = await Promise.all([readRepState(redis, rep), see()]);
    const { result, commands } = await decide(state, seen);
    const change = { revision: state.revision, commands };
    if (commands.length === 0 || (await commitRepChange(redis, rep, change))) {
      return result;
    }
  }
  throw new StateContendedError(`rep ${rep.userId} of ${rep.connection} kept changing`);
}

/** The same without a read, unless what was known proves outdated. */
export async function changeRepFrom<Seen, Result>(
  redis: Redis,
  rep: RepReach,
  { known, seen, ...outdated }: KnownChange<Seen, Result>,
): Promise<Result> {
  const { result, commands } = await outdated.decide(known, seen);
  const change = { revision: known.revision, commands };
  return (await commitRepChange(redis, rep, change))
    ? result
    : changeRepSeeing(redis, rep, outdated);
}

/** The revision of a state once a change of it is committed. */
export function nextRevision({ revision }: Pick<RepState, "revision">): string {
  return String(Number(revision) + 1);
}
