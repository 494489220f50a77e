import { DelayedError, type Job, UnrecoverableError } from "bullmq";
import { ZodError } from "zod";
import { BridgeError } from "../src/errors.ts";
import type { JobOutcome, ParkOutcome } from "./job-outcome.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** What settling a job needs. */
export interface SettleDeps {
  readonly park: (parked: ParkOutcome, job: Job) => Promise<void>;
  readonly events: WorkerEvents;
}

/** A job at work: what it does, and what to park when it cannot be done. */
export interface SettledWork {
  readonly token: string | undefined;
  readonly run: () => Promise<JobOutcome>;
  /** How the work parks, or ends quietly, after an error that trying again does not mend. */
  readonly parkedAs: (reason: string, detail: string) => JobOutcome;
}

/**
 * The one translator between what a verb returns or throws and what BullMQ understands.
 *
 * `later` moves the job without costing an attempt. An error that can pass is thrown on for another
 * attempt; after the last one, or when trying again cannot help, the work is parked, never dropped.
 */
export async function settleJob(deps: SettleDeps, job: Job, work: SettledWork): Promise<void> {
  const startedMs = performance.now();
  const outcome = await runOrPark(deps, job, work);
  if (outcome.kind === "later") {
    await job.moveToDelayed(Date.now() + outcome.afterMs, work.token);
    throw new DelayedError();
  }
  if (outcome.kind === "park") {
    await deps.park(outcome, job);
  }
  deps.events.jobSettled(job, outcome, Math.round(performance.now() - startedMs));
}

async function runOrPark(deps: SettleDeps, job: Job, work: SettledWork): Promise<JobOutcome> {
  try {
    return await work.run();
  } catch (error) {
    const { code, isFinal } = judge(error);
    deps.events.jobBroke(job, code, error);
    const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (isFinal || isLastAttempt) {
      return work.parkedAs(code, isFinal ? "Trying again cannot help" : "Every attempt failed");
    }
    throw error;
  }
}

function judge(error: unknown): { readonly code: string; readonly isFinal: boolean } {
  if (error instanceof BridgeError) {
    return { code: error.code, isFinal: error.retry === "never" };
  }
  if (error instanceof ZodError) {
    return { code: "STATE_UNREADABLE", isFinal: true };
  }
  return { code: "UNEXPECTED_ERROR", isFinal: error instanceof UnrecoverableError };
}
