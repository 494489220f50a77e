import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { noteError } from "../src/books/error-book.ts";
import { beginStoreEpoch, readStoreEpoch } from "../src/books/store-epoch-book.ts";

const LOOK_MS = 5_000;
const EMPTIED =
  "The store is empty: Redis lost everything it held, or is another one. What Salesforce shows comes back by itself; devices have to be enrolled again, or a backup restored";

/** What watching the store needs from the world. */
export interface WatchStoreDeps {
  readonly redis: Redis;
  /** The life of the store that an earlier run saw; undefined before the first one. */
  readonly lastSeen: string | undefined;
  readonly remember: (epoch: string) => void;
  /** Sets up again what lived in the store alone, and has the orgs read anew; safe to repeat. */
  readonly rebuild: () => Promise<void>;
  readonly tell: (event: "emptied" | "failed") => void;
}

/**
 * Watches that the store still is the one that it was, and rebuilds when it came back empty.
 *
 * A job cannot do this: with the store the jobs are gone, too.
 */
export async function watchStore(deps: WatchStoreDeps): Promise<() => void> {
  let seen = await look(deps, deps.lastSeen);
  const ended = new AbortController();
  const { signal } = ended;
  const watch = async () => {
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
      seen = signal.aborted ? seen : await lookAgain(deps, seen);
    }
  };
  void watch();
  return () => ended.abort();
}

async function lookAgain(deps: WatchStoreDeps, seen: string): Promise<string> {
  try {
    return await look(deps, seen);
  } catch {
    // The store is away, or the rebuilding broke: the next look is five seconds away.
    deps.tell("failed");
    return seen;
  }
}

async function look(deps: WatchStoreDeps, seen: string | undefined): Promise<string> {
  const { redis } = deps;
  const found = await readStoreEpoch(redis);
  const epoch = found ?? (await beginStoreEpoch(redis));
  if (seen !== undefined && epoch !== seen) {
    await deps.rebuild();
  }
  if (seen !== undefined && found === undefined) {
    deps.tell("emptied");
    await noteError(redis, { code: "STORE_EMPTIED", atMs: Date.now(), message: EMPTIED });
  }
  if (epoch !== seen) {
    deps.remember(epoch);
  }
  return epoch;
}
