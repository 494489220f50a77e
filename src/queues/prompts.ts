import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import { KEEP_FINISHED, QUEUE_PREFIX } from "./queue-settings.ts";

/** The queue in which prompts wait for their moment. */
export const PROMPTS_QUEUE = "prompts";

/** The waiting prompts of all reps. */
export interface PromptsQueue {
  readonly queue: Queue;
  /** Adds one delayed job per prompt, under the prompt's id: adding it again changes nothing. */
  add(connection: string, prompts: readonly Prompt[]): Promise<void>;
  /** Removes the waiting jobs of prompts; a job that already runs stays and finds nothing to do. */
  remove(prompts: readonly Prompt[]): Promise<void>;
  /** Lets one prompt's moment come again, under a job id of its own. */
  replay(prompt: PromptRef, replayId: string): Promise<void>;
}

/** Opens the queue. */
export function createPromptsQueue(redis: Redis): PromptsQueue {
  const queue = new Queue(PROMPTS_QUEUE, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 250, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  return {
    queue,
    add: async (connection, prompts) => {
      if (prompts.length > 0) {
        await queue.addBulk(prompts.map((prompt) => promptJob(connection, prompt)));
      }
    },
    remove: async (prompts) => {
      await Promise.all(prompts.map(({ promptId }) => queue.remove(promptId)));
    },
    replay: async (prompt, replayId) => {
      await queue.add("replay", prompt, { jobId: replayId });
    },
  };
}

function promptJob(connection: string, { promptId, userId, recordId, action, dueAtMs }: Prompt) {
  const ref: PromptRef = { connection, userId, recordId, promptId };
  const delay = Math.max(0, dueAtMs - Date.now());
  return { name: action, data: ref, opts: { jobId: promptId, delay } };
}
