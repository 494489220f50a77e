import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of looks at what Siro knows. */
export const SIRO_POLL_QUEUE = "siro-poll";

/** What one job asks for: one look at the events of one connection. */
export const siroPollJobSchema = z.object({ connection: z.string() });
export type SiroPollJob = Readonly<z.infer<typeof siroPollJobSchema>>;

/** The looks at Siro of all connections, each in whichever worker is free. */
export interface SiroPollQueue {
  readonly queue: Queue;
  /**
   * Makes the looks fit the connections: one for each that has a token of Siro's, none for any other.
   *
   * Every worker may call it, any number of times.
   */
  schedule(connections: readonly Connection[]): Promise<void>;
}

/** Opens the queue. */
export function createSiroPollQueue(redis: Redis): SiroPollQueue {
  const queue = new StampedQueue(SIRO_POLL_QUEUE, queueBase(redis));
  queue.on("error", () => undefined);
  return { queue, schedule: (connections) => schedule(queue, connections) };
}

function schedulerIdOf(connection: string): string {
  return `siro-poll-${connection}`;
}

async function schedule(queue: Queue, connections: readonly Connection[]): Promise<void> {
  const polled = connections.filter(({ siro }) => siro?.apiToken !== undefined);
  const kept = new Set(polled.map(({ name }) => schedulerIdOf(name)));
  const known = await queue.getJobSchedulers();
  const left = known.map(({ key }) => key).filter((id) => !kept.has(id));
  await Promise.all(left.map((id) => queue.removeJobScheduler(id)));
  await Promise.all(polled.map((connection) => upsert(queue, connection)));
}

async function upsert(queue: Queue, { name, siro }: Connection): Promise<void> {
  const job: SiroPollJob = { connection: name };
  await queue.upsertJobScheduler(
    schedulerIdOf(name),
    { every: (siro?.pollSeconds ?? 10) * 1000 },
    {
      name: "look",
      data: job,
      opts: { removeOnComplete: KEEP_FINISHED, removeOnFail: KEEP_FINISHED },
    },
  );
}
