import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { claimRescue } from "../src/books/upkeep-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { WorkerKit } from "./kit.ts";
import { rescuePrompts } from "./rescue-prompts.ts";

const LOOK_MS = 10_000;

/** What watching the prompts needs from the world. */
export interface WatchPromptsDeps {
  readonly redis: Redis;
  /** The connections of now, and what their prompts are rescued with. */
  readonly current: () => Pick<WorkerKit, "redis" | "prompts" | "events"> & {
    readonly connections: readonly Connection[];
  };
}

/**
 * Has one of all workers look once a minute whether the prompts that wait have their jobs; returns how to stop.
 *
 * A job cannot do this: one that is planned by a clock which is wrong, or is lost, would not run either.
 */
export function watchPrompts(deps: WatchPromptsDeps): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const watch = async () => {
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) {
        await lookAtPrompts(deps);
      }
    }
  };
  void watch();
  return () => ended.abort();
}

/** Looks at the prompts of all connections, unless another worker did so within the minute. */
export async function lookAtPrompts({ redis, current }: WatchPromptsDeps): Promise<void> {
  const { connections, ...kit } = current();
  try {
    if (!(await claimRescue(redis))) {
      return;
    }
  } catch (error) {
    kit.events.workerFailed("prompts", error);
    return;
  }
  for (const connection of connections) {
    try {
      await rescuePrompts(kit, connection);
    } catch (error) {
      // What is wrong with one connection must not keep the others from being looked at.
      kit.events.workerFailed("prompts", error);
    }
  }
}
