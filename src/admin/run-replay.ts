import {
  isReplayCanceled,
  type ReplayBatch,
  readReplay,
  saveReplay,
} from "../books/replay-book.ts";
import type { Parked } from "../domain/parked.ts";
import { type ReplayParkedDeps, replayParked } from "./replay-parked.ts";

/** What running a replay needs from the world. */
export interface RunReplayDeps extends ReplayParkedDeps {
  readonly nowMs: () => number;
  /** Hears of errors nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/** Entries handed back at the same time. */
const REPLAYED_AT_ONCE = 50;
/** A run that says nothing for so long has ended with its process. */
const SILENCE_MS = 30_000;

/** How a replay stands, for whoever started it. */
export interface ShownReplay extends Omit<ReplayBatch, "state" | "updatedAtMs"> {
  /** stopped: its process ended in the middle; what it did not hand back is still parked. */
  readonly state: ReplayBatch["state"] | "stopped";
}

/**
 * Hands entries back to their queues, some at a time, and notes after each step how far it came.
 *
 * An entry that cannot be handed back stays parked and counts as failed. Resolves to how it ended; never rejects.
 */
export async function runReplay(
  deps: RunReplayDeps,
  batchId: string,
  entries: readonly Parked[],
): Promise<ReplayBatch> {
  const { redis, nowMs } = deps;
  let batch: ReplayBatch = {
    total: entries.length,
    done: 0,
    failed: 0,
    state: "running",
    updatedAtMs: nowMs(),
  };
  try {
    await saveReplay(redis, batchId, batch);
    for (let at = 0; at < entries.length && batch.state === "running"; at += REPLAYED_AT_ONCE) {
      const handed = await handBack(deps, entries.slice(at, at + REPLAYED_AT_ONCE));
      const isCanceled = await isReplayCanceled(redis, batchId);
      batch = {
        ...batch,
        done: batch.done + handed.done,
        failed: batch.failed + handed.failed,
        state: isCanceled ? "canceled" : "running",
        updatedAtMs: nowMs(),
      };
      await saveReplay(redis, batchId, batch);
    }
    batch = { ...batch, state: batch.state === "running" ? "done" : batch.state };
    await saveReplay(redis, batchId, batch);
  } catch (error) {
    deps.report(error);
  }
  return batch;
}

/** Reads how a replay stands; undefined for an unknown one. */
export async function showReplay(
  { redis, nowMs }: Pick<RunReplayDeps, "redis" | "nowMs">,
  batchId: string,
): Promise<ShownReplay | undefined> {
  const batch = await readReplay(redis, batchId);
  if (batch === undefined) {
    return undefined;
  }
  const { updatedAtMs, state, ...counts } = batch;
  const isStopped = state === "running" && nowMs() - updatedAtMs > SILENCE_MS;
  return { ...counts, state: isStopped ? "stopped" : state };
}

async function handBack(
  deps: RunReplayDeps,
  entries: readonly Parked[],
): Promise<{ readonly done: number; readonly failed: number }> {
  const handed = await Promise.all(
    entries.map(async (parked) => {
      try {
        return await replayParked(deps, parked);
      } catch (error) {
        deps.report(error);
        return false;
      }
    }),
  );
  const done = handed.filter(Boolean).length;
  return { done, failed: handed.length - done };
}
