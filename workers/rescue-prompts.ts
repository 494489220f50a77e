import type { Redis } from "ioredis";
import { readDossier } from "../src/books/appointment-book.ts";
import { noteError } from "../src/books/error-book.ts";
import { readHold } from "../src/books/hold-book.ts";
import { listWaitingPrompts } from "../src/books/waiting-prompt-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { Prompt, PromptRef } from "../src/domain/prompt.ts";
import type { JobTrouble } from "../src/queues/prompts.ts";
import type { WorkerKit } from "./kit.ts";

/** What is due until the look after the next has to have its job now. */
const AHEAD_MS = 150_000;
/** A visit that began longer ago has no prompt left that is worth sending. */
const BACK_MS = 24 * 3_600_000;

const WORDS: Readonly<Record<JobTrouble, string>> = {
  lost: "had no job in the queue and got one again",
  ended: "waited though their job had ended, and got another one",
  overdue: "were not taken up in time and are now; look at the clocks of the worker machines",
};

/**
 * Compares the prompts that wait for a moment soon, or for one that passed, with the jobs that should bring them.
 *
 * Safe to repeat, and to run in several workers at once. Returns how many were rescued.
 */
export async function rescuePrompts(
  kit: Pick<WorkerKit, "redis" | "prompts" | "events">,
  { name, schedule }: Connection,
): Promise<number> {
  // By Redis' clock: this machine's may be what is wrong.
  const { prompts, nowMs } = await listWaitingPrompts(kit.redis, name, {
    backMs: BACK_MS,
    aheadMs: AHEAD_MS + schedule.startLeadSeconds * 1000,
  });
  const soon = prompts.filter(
    ({ dueAtMs, expiresAtMs }) => dueAtMs < nowMs + AHEAD_MS && expiresAtMs > nowMs - BACK_MS,
  );
  const isHeld = (await readHold(kit.redis, name)) !== undefined;
  const rescued: JobTrouble[] = [];
  for (const prompt of soon) {
    const found = await kit.prompts.findTrouble(prompt, nowMs);
    const trouble = found === "overdue" && isHeld && isPutOff(prompt) ? undefined : found;
    // Only now: a prompt whose moment came since the list was read has no job any more, and needs none.
    if (trouble !== undefined && (await isStillWaiting(kit.redis, name, prompt))) {
      const delay = Math.max(0, prompt.dueAtMs - nowMs);
      await kit.prompts.rescue(refOf(name, prompt), { trouble, delay });
      rescued.push(trouble);
    }
  }
  await tell(kit, name, rescued);
  return rescued.length;
}

/** Under a hold its job ran, and is put off time and again, long after its moment. */
function isPutOff({ heldSinceMs }: Prompt): boolean {
  return heldSinceMs !== undefined;
}

async function isStillWaiting(
  redis: Redis,
  connection: string,
  { recordId, promptId }: Prompt,
): Promise<boolean> {
  const dossier = await readDossier(redis, { connection, recordId });
  return dossier?.prompts.find((one) => one.promptId === promptId)?.state === "waiting";
}

function refOf(connection: string, { promptId, userId, recordId }: Prompt): PromptRef {
  return { connection, promptId, userId, recordId };
}

async function tell(
  { redis, events }: Pick<WorkerKit, "redis" | "events">,
  connection: string,
  rescued: readonly JobTrouble[],
): Promise<void> {
  for (const trouble of new Set(rescued)) {
    const count = rescued.filter((one) => one === trouble).length;
    events.promptsRescued(connection, trouble, count);
    await noteError(redis, {
      code: trouble === "overdue" ? "PROMPT_OVERDUE" : "PROMPT_JOB_LOST",
      atMs: Date.now(),
      message: `${count} prompt(s) of ${connection} ${WORDS[trouble]}`,
    });
  }
}
