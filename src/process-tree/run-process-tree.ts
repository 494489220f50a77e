import { setTimeout as delay } from "node:timers/promises";
import { type ChildProcessOptions, startChildProcess } from "./child-process.ts";
import { ProcessTreeFailedError } from "./process-tree-errors.ts";
import { CHILD_RESTARTS, type RestartPolicy } from "./restart-policy.ts";
import { openStore, type Store, type StoreOptions } from "./store.ts";
import { SupervisedProcess } from "./supervised-process.ts";

/** Leaves room for Redis within the 10 s in which the whole tree must be gone. */
const CHILD_GRACE_MS = 8000;
const START_TIMEOUT_MS = 60_000;

/** One child of the tree. */
interface TreeChild {
  readonly name: string;
  /** The script, as a full path. */
  readonly entry: string;
}

/** What the whole tree is started from. */
export interface ProcessTreeOptions extends Omit<StoreOptions, "onClose" | "searchPath"> {
  readonly children: readonly TreeChild[];
  /** How often a child may die; by default {@link CHILD_RESTARTS}. */
  readonly childRestarts?: RestartPolicy;
  /** Children may have each other killed, to show what comes of it: local mode. */
  readonly mayKill?: boolean;
  /** The environment of the children; `REDIS_URL` is added, `PATH` is searched for a Redis server. */
  readonly env: NodeJS.ProcessEnv;
  /** Called once, when every child serves, with the address of the Redis in use. */
  readonly onReady: (redisUrl: string) => void;
}

/**
 * Runs Redis (unless one is configured) and the children, and keeps them running.
 *
 * Resolves after `stop` was pulled and everything is gone, children first, within 10 s; `force` skips the
 * waiting. Never half-dead: rejects, with everything gone, when one of them cannot be kept running.
 *
 * @throws {ProcessTreeFailedError} when a child said that a restart is of no use, or keeps dying.
 */
export async function runProcessTree(options: ProcessTreeOptions): Promise<void> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    await Promise.race([untilAborted(options.stop), serve(options, closers)]);
  } finally {
    for (const close of closers.toReversed()) {
      await close();
    }
  }
}

async function serve(
  options: ProcessTreeOptions,
  closers: (() => Promise<unknown>)[],
): Promise<void> {
  const store = await openStore({
    ...options,
    searchPath: options.env["PATH"],
    onClose: (close) => closers.push(close),
  });
  options.stop.throwIfAborted();
  const kin = new Map<string, SupervisedProcess>();
  const onKill = (name: string) => (options.mayKill === true ? kin.get(name)?.kill() : undefined);
  for (const child of options.children) {
    kin.set(child.name, superviseChild(child, store, { ...options, onKill }));
  }
  const children = [...kin.values()];
  const terms = { graceMs: CHILD_GRACE_MS, force: options.force };
  closers.push(() => Promise.all(children.map((child) => child.stop(terms))));
  const ended = Promise.race([store.ended, ...children.map((child) => child.ended)]);
  await Promise.race([ended, untilAllReady(children)]);
  if (!options.stop.aborted) {
    options.onReady(store.redisUrl);
  }
  await ended;
}

function superviseChild(
  { name, entry }: TreeChild,
  store: Store,
  { env, report, childRestarts, onKill }: ProcessTreeOptions & Pick<ChildProcessOptions, "onKill">,
): SupervisedProcess {
  return new SupervisedProcess({
    name,
    launch: () =>
      startChildProcess({
        entry,
        env: { ...env, REDIS_URL: store.redisUrl },
        lifeline: store.lifeline(),
        onKill,
      }),
    restarts: childRestarts ?? CHILD_RESTARTS,
    report,
  });
}

async function untilAllReady(children: readonly SupervisedProcess[]): Promise<void> {
  const deadline = new AbortController();
  const tooLate = delay(START_TIMEOUT_MS, undefined, { signal: deadline.signal }).then(() => {
    throw new ProcessTreeFailedError(
      `not every process was ready within ${START_TIMEOUT_MS / 1000} s`,
    );
  });
  try {
    await Promise.race([Promise.all(children.map((child) => child.ready)), tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    deadline.abort();
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return;
  }
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
