import type { Job } from "bullmq";
import type { Logger } from "pino";
import { Counter, Histogram, type Registry } from "prom-client";
import { createDeliveryMetrics, type DeliveryMetrics } from "../src/delivery-metrics.ts";
import { errorCode } from "../src/error-code.ts";
import type { JobOutcome } from "./job-outcome.ts";

/** What the workers tell about their work: ids, outcomes and times, never links or people. */
export interface WorkerEvents {
  jobSettled(job: Job, outcome: JobOutcome, tookMs: number): void;
  jobBroke(job: Job, code: string, error: unknown): void;
  jobParked(job: Job, reason: string): void;
  promptFired(lateMs: number): void;
  readonly deliveries: DeliveryMetrics;
  workerFailed(queue: string, error: unknown): void;
  /** Prompts that waited without a job that would have brought them. */
  promptsRescued(connection: string, why: string, count: number): void;
  storeWatched(found: "emptied" | "failed" | "newer"): void;
}

/** Builds the events over one logger and one metrics registry. */
export function createWorkerEvents(log: Logger, registry: Registry): WorkerEvents {
  const settled = new Counter({
    name: "siro_bridge_jobs_total",
    help: "Jobs that ended or were put off, by queue and outcome",
    labelNames: ["queue", "outcome"],
    registers: [registry],
  });
  const parked = new Counter({
    name: "siro_bridge_parked_total",
    help: "Work given up until an operator looks, by reason",
    labelNames: ["queue", "reason"],
    registers: [registry],
  });
  const healed = new Counter({
    name: "siro_bridge_healed_total",
    help: "Appointments that the poll, not a message, brought up to date: how far the schedule had drifted",
    labelNames: ["connection"],
    registers: [registry],
  });
  const rescued = new Counter({
    name: "siro_bridge_prompts_rescued_total",
    help: "Waiting prompts whose job was lost, had ended, or was not taken up in time",
    labelNames: ["connection", "why"],
    registers: [registry],
  });
  const fireDelay = new Histogram({
    name: "siro_bridge_prompt_fire_delay_seconds",
    help: "How long after its due time a prompt was handed to the devices",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  });
  return {
    jobSettled(job, outcome, tookMs) {
      settled.inc({ queue: job.queueName, outcome: outcome.kind });
      const note = outcome.kind === "done" ? outcome.note : {};
      if (note["source"] === "reconcile" && note["verdict"] === "newer") {
        healed.inc({ connection: String(note["connection"]) });
      }
      log.info({ event: "job.settled", ...jobFields(job), outcome: outcome.kind, ...note, tookMs });
    },
    jobBroke(job, code, error) {
      settled.inc({ queue: job.queueName, outcome: "error" });
      log.warn({ event: "job.broke", ...jobFields(job), code, error: nameOf(error) });
    },
    jobParked(job, reason) {
      parked.inc({ queue: job.queueName, reason });
      log.warn({ event: "job.parked", ...jobFields(job), reason });
    },
    promptFired(lateMs) {
      fireDelay.observe(lateMs / 1000);
    },
    deliveries: createDeliveryMetrics(registry),
    workerFailed(queue, error) {
      log.error({ event: "worker.failed", queue, error: nameOf(error) });
    },
    promptsRescued(connection, why, count) {
      rescued.inc({ connection, why }, count);
      log.error({ event: "prompts.rescued", connection, why, count });
    },
    storeWatched(found) {
      const level = found === "failed" ? "warn" : "error";
      log[level]({ event: found === "failed" ? "store.not-watched" : `store.${found}` });
    },
  };
}

function jobFields(job: Job) {
  return { queue: job.queueName, jobId: job.id, attempt: job.attemptsMade + 1 };
}

/** Error texts may quote anything; the name and the code do not. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return "unknown";
  }
  const code = errorCode(error);
  return code === undefined ? error.name : `${error.name} ${code}`;
}
