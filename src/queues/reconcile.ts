import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of looks at what changed in the orgs without a message. */
export const RECONCILE_QUEUE = "reconcile";

/** What one job asks for: one look at one org. */
export const reconcileJobSchema = z.object({ connection: z.string() });
export type ReconcileJob = Readonly<z.infer<typeof reconcileJobSchema>>;

/** The connections' polls, each in whichever worker is free. */
export interface ReconcileQueue {
  readonly queue: Queue;
  /**
   * Makes the polls fit the connections: one for each org that is to be polled, none for any other.
   *
   * Every worker may call it, any number of times.
   */
  schedule(connections: readonly Connection[]): Promise<void>;
  /** Asks for one look beside the poll, within seconds; who asks at the same time shares it. */
  lookSoon(connection: string): Promise<void>;
}

/** Opens the queue. */
export function createReconcileQueue(redis: Redis): ReconcileQueue {
  const queue = new StampedQueue(RECONCILE_QUEUE, queueBase(redis));
  queue.on("error", () => undefined);
  return {
    queue,
    schedule: (connections) => schedule(queue, connections),
    lookSoon: (connection) => lookSoon(queue, connection),
  };
}

/** Looks that are asked for within this time become one, which begins after it. */
const SHARED_LOOK_MS = 2_000;

async function lookSoon(queue: Queue, connection: string): Promise<void> {
  const nowMs = Date.now();
  const window = Math.floor(nowMs / SHARED_LOOK_MS) + 1;
  const job: ReconcileJob = { connection };
  await queue.add("reconcile", job, {
    jobId: `look-${connection}-${window}`,
    // Not earlier: a look that is under way may have passed what the later one of two wants seen.
    delay: window * SHARED_LOOK_MS - nowMs,
    removeOnComplete: KEEP_FINISHED,
    removeOnFail: KEEP_FINISHED,
  });
}

/** The id of a connection's poll. */
function reconcileSchedulerId(connection: string): string {
  return `reconcile-${connection}`;
}

async function schedule(queue: Queue, connections: readonly Connection[]): Promise<void> {
  const polled = connections.filter(isPolled);
  const kept = new Set(polled.map(({ name }) => reconcileSchedulerId(name)));
  const known = await queue.getJobSchedulers();
  const left = known.map(({ key }) => key).filter((id) => !kept.has(id));
  await Promise.all(left.map((id) => queue.removeJobScheduler(id)));
  await Promise.all(polled.map((connection) => upsert(queue, connection)));
}

function isPolled({ salesforce, reconcile }: Connection): boolean {
  return salesforce !== undefined && reconcile.everySeconds > 0;
}

async function upsert(queue: Queue, { name, reconcile }: Connection): Promise<void> {
  const job: ReconcileJob = { connection: name };
  await queue.upsertJobScheduler(
    reconcileSchedulerId(name),
    { every: reconcile.everySeconds * 1000 },
    {
      name: "reconcile",
      data: job,
      opts: { removeOnComplete: KEEP_FINISHED, removeOnFail: KEEP_FINISHED },
    },
  );
}
