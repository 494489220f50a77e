import { setTimeout as delay } from "node:timers/promises";
import { ProcessTreeFailedError } from "./process-tree-errors.ts";
import { judgeDeaths, type RestartPolicy } from "./restart-policy.ts";
import type { ProcessEnd, RunningProcess } from "./running-process.ts";
import type { ReportTreeEvent } from "./tree-event.ts";

/** What keeping one process alive takes. */
export interface SupervisedProcessOptions {
  readonly name: string;
  readonly launch: () => RunningProcess;
  readonly restarts: RestartPolicy;
  readonly report: ReportTreeEvent;
  /** Tells its last words, for the message that ends the tree. */
  readonly hint?: () => string;
}

/** How long a process may take to end by itself, and what cuts that short. */
export interface StopTerms {
  readonly graceMs: number;
  readonly force: AbortSignal;
}

/** One process that is started again whenever it dies, until it is stopped or cannot be kept alive. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  readonly #stopping = new AbortController();
  readonly #deathsMs: number[] = [];
  #current: RunningProcess | undefined;
  /** Resolves when it serves for the first time. */
  readonly ready: Promise<void>;
  /** Resolves after `stop`; rejects with a {@link ProcessTreeFailedError} when it is given up. */
  readonly ended: Promise<void>;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
    let markReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => {
      markReady = resolve;
    });
    this.ended = this.#keepRunning(markReady);
    // Whoever waits hears of it; a tree that is already ending does not wait any more.
    this.ended.catch(() => undefined);
  }

  /** Ends it: asks first, kills when the grace is over or `force` is pulled. Safe to call twice. */
  async stop(terms: StopTerms): Promise<void> {
    this.#stopping.abort();
    const current = this.#current;
    if (current !== undefined) {
      current.kill("SIGTERM");
      if (!(await hasEndedWithin(current, terms))) {
        this.#options.report({ event: "child.killed", child: this.#options.name });
        current.kill("SIGKILL");
      }
    }
    await this.ended.catch(() => undefined);
  }

  /** Kills it as an outage would; it is started again. */
  kill(): void {
    this.#current?.kill("SIGKILL");
  }

  async #keepRunning(markReady: () => void): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const end = await this.#runOnce(markReady);
      if (this.#stopping.signal.aborted) {
        return;
      }
      if (end.kind === "fatal") {
        throw new ProcessTreeFailedError(`${this.#options.name}: ${end.message}`);
      }
      await this.#waitAfterDeath(end.how);
    }
  }

  async #runOnce(markReady: () => void): Promise<ProcessEnd> {
    const { name, launch, report } = this.#options;
    const current = launch();
    const { pid } = current;
    this.#current = current;
    report({ event: "child.started", child: name, pid });
    void current.ready.then(() => {
      report({ event: "child.ready", child: name, pid });
      markReady();
    });
    const end = await current.ended;
    this.#current = undefined;
    return end;
  }

  async #waitAfterDeath(how: string): Promise<void> {
    const { name, restarts, report, hint } = this.#options;
    // Not the time of day, which may be set back: old deaths would count as new ones.
    const nowMs = performance.now();
    this.#deathsMs.push(nowMs);
    const verdict = judgeDeaths(restarts, this.#deathsMs, nowMs);
    if (verdict.kind === "give-up") {
      throw new ProcessTreeFailedError(
        `${name} died ${restarts.maxDeaths + 1} times within ${restarts.windowMs / 1000} s, ` +
          `the last time by ${how}${hint === undefined ? "" : `; ${hint()}`}`,
      );
    }
    report({ event: "child.died", child: name, how, restartInMs: verdict.delayMs });
    await untilElapsedOr(this.#stopping.signal, verdict.delayMs);
  }
}

async function hasEndedWithin(
  process: RunningProcess,
  { graceMs, force }: StopTerms,
): Promise<boolean> {
  const ended = new AbortController();
  const patience = AbortSignal.any([ended.signal, force]);
  const isGone = await Promise.race([
    process.ended.then(() => true),
    untilElapsedOr(patience, graceMs).then(() => false),
  ]);
  ended.abort();
  return isGone;
}

async function untilElapsedOr(signal: AbortSignal, timeoutMs: number): Promise<void> {
  // An aborted wait rejects; here both endings mean the same: go on.
  await delay(timeoutMs, undefined, { signal }).catch(() => undefined);
}
