import type { Telemetry } from "bullmq";
import type { Redis } from "ioredis";
import { queuePrefix } from "../keyspace.ts";
import { QUEUE_STREAMS } from "./queue-settings.ts";

/** What every queue and every worker is opened with. */
export interface QueueBase {
  readonly connection: Redis;
  readonly prefix: string;
  readonly streams: typeof QUEUE_STREAMS;
  readonly telemetry?: Telemetry;
}

/** How a place in no trace is written. */
const NOWHERE = "{}";

let telemetry: Telemetry | undefined;

/** Lets all queues and workers that are opened from now on take part in traces. */
export function traceQueues(by: Telemetry): void {
  telemetry = by;
}

/** The settings that all queues and workers share; untraced, their jobs are what they always were. */
export function queueBase(connection: Redis): QueueBase {
  return {
    connection,
    prefix: queuePrefix(),
    streams: QUEUE_STREAMS,
    ...(telemetry === undefined ? {} : { telemetry }),
  };
}

/**
 * The place in a trace that jobs go on from which are added later, together with those of others.
 *
 * Without it all jobs of one bulk would go on from whoever happened to add it.
 */
export function activeTrace(): { readonly telemetry?: { readonly metadata: string } } {
  const manager = telemetry?.contextManager;
  const metadata = manager?.getMetadata(manager.active()) ?? NOWHERE;
  return metadata === NOWHERE ? {} : { telemetry: { metadata } };
}
