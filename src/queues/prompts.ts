import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { countMoments } from "../books/moment-book.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import { type JobPriority, priorityOf } from "./fair-turns.ts";
import { queueBase } from "./queue-base.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue in which prompts wait for their moment. */
export const PROMPTS_QUEUE = "prompts";

/** What is wrong with a waiting prompt's job: it is gone, it ended, or it was not taken up in time. */
export type JobTrouble = "lost" | "ended" | "overdue";

interface Rescue {
  readonly trouble: JobTrouble;
  readonly delay: number;
}

/** The turn of one more job of a connection at a moment. */
type PriorityAt = (ref: Pick<PromptRef, "connection">, atMs: number) => Promise<JobPriority>;

/** A delayed job is taken up within milliseconds of its moment, by a worker whose clock is right. */
const OVERDUE_MS = 10_000;

/** The waiting prompts of all reps. */
export interface PromptsQueue {
  readonly queue: Queue;
  /** Adds one delayed job per prompt, under the prompt's id: adding it again changes nothing. */
  add(connection: string, prompts: readonly Prompt[]): Promise<void>;
  /** Removes the waiting jobs of prompts; a job that already runs stays and finds nothing to do. */
  remove(prompts: readonly Prompt[]): Promise<void>;
  /** Says what is wrong with the job of a prompt that waits; undefined when it will run at its moment. */
  findTrouble(
    prompt: Pick<Prompt, "promptId" | "dueAtMs">,
    nowMs: number,
  ): Promise<JobTrouble | undefined>;
  /** Gives a waiting prompt a job that runs after `delay`, or takes its own up now; safe to repeat. */
  rescue(prompt: PromptRef, how: Rescue): Promise<void>;
  /** Lets one prompt's moment come again, under a job id of its own. */
  replay(prompt: PromptRef, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createPromptsQueue(redis: Redis): PromptsQueue {
  const queue = new StampedQueue(PROMPTS_QUEUE, {
    ...queueBase(redis),
    // How long a finished job is kept is the workers' setting: a job that waits for days need not carry it.
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 250, jitter: 0.3 },
    },
  });
  queue.on("error", () => undefined);
  const priorityAt: PriorityAt = async ({ connection }, atMs) => {
    const [before = 0] = await countMoments(redis, connection, [atMs]);
    return priorityOf(before);
  };
  return {
    queue,
    add: async (connection, prompts) => {
      if (prompts.length > 0) {
        const nowMs = Date.now();
        const dueAtMs = prompts.map((prompt) => Math.max(prompt.dueAtMs, nowMs));
        const before = await countMoments(redis, connection, dueAtMs);
        await queue.addBulk(
          prompts.map((prompt, at) => promptJob(connection, prompt, priorityOf(before[at] ?? 0))),
        );
      }
    },
    remove: async (prompts) => {
      await Promise.all(prompts.map(({ promptId }) => queue.remove(promptId)));
    },
    findTrouble: (prompt, nowMs) => findTrouble(queue, prompt, nowMs),
    rescue: (prompt, how) => rescue(queue, prompt, { ...how, priorityAt }),
    replay: async (prompt, replayId) => {
      const priority = await priorityAt(prompt, Date.now());
      await queue.add("replay", prompt, { jobId: replayId, ...priority });
    },
  };
}

function promptJob(
  connection: string,
  { promptId, userId, recordId, action, dueAtMs }: Prompt,
  priority: JobPriority,
) {
  const ref: PromptRef = { connection, userId, recordId, promptId };
  const nowMs = Date.now();
  // A job is due at its timestamp plus its delay: with one reading of the clock for both, a pause between them makes nothing late.
  const opts = {
    jobId: promptId,
    timestamp: nowMs,
    delay: Math.max(0, dueAtMs - nowMs),
    ...priority,
  };
  return { name: action, data: ref, opts };
}

async function findTrouble(
  queue: Queue,
  { promptId, dueAtMs }: Pick<Prompt, "promptId" | "dueAtMs">,
  nowMs: number,
): Promise<JobTrouble | undefined> {
  switch (await queue.getJobState(promptId)) {
    case "unknown":
      return "lost";
    case "completed":
    case "failed":
      return "ended";
    case "delayed":
      return nowMs - dueAtMs > OVERDUE_MS ? "overdue" : undefined;
    default:
      return undefined;
  }
}

async function rescue(
  queue: Queue,
  ref: PromptRef,
  { trouble, delay, priorityAt }: Rescue & { readonly priorityAt: PriorityAt },
): Promise<void> {
  const { promptId } = ref;
  if (trouble === "overdue") {
    const job = await queue.getJob(promptId);
    // It fails for a job that a worker took up meanwhile.
    await job?.promote().catch(() => undefined);
    return;
  }
  // The record of a job that ended stands in the way of its id; the minute makes one job of several rescues.
  const jobId = trouble === "lost" ? promptId : `${promptId}-${Math.floor(Date.now() / 60_000)}`;
  const priority = await priorityAt(ref, Date.now() + delay);
  await queue.add("rescued", ref, { jobId, delay, ...priority });
}
