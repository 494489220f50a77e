import type { RepRef } from "../books/rep-book.ts";
import { livePromptCommand, promptsCommands } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Schedule } from "../domain/connection.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { StateContendedError } from "../errors.ts";
import type { RedisCommand } from "../redis-script.ts";
import { diffPlan, type PlanChange, promptsAfter } from "./diff-plan.ts";
import { planPrompts } from "./plan-prompts.ts";
import type { PlannedPrompt } from "./plan-visit.ts";

/** More lost races than this in a row means that something is wrong, not busy. */
const COMMIT_TRIES = 50;

/** What applying a plan needs from the world. */
export interface ApplyPlanDeps {
  readonly schedule: Schedule;
  readonly readState: () => Promise<RepState>;
  readonly commit: (change: {
    readonly revision: string;
    readonly commands: readonly RedisCommand[];
  }) => Promise<boolean>;
  /** Adds the waiting jobs, and whatever else follows from the change; adding one twice is harmless. */
  readonly enqueue: (added: readonly Prompt[], superseded: readonly Prompt[]) => Promise<void>;
  /** Removes waiting jobs as far as possible; one that stays is a no-op at its moment. */
  readonly dequeue: (prompts: readonly Prompt[]) => Promise<void>;
  readonly drawToken: () => string;
}

/** What a plan changed. */
export interface PlanOutcome {
  readonly added: readonly Prompt[];
  readonly superseded: readonly Prompt[];
  /** Those of `added` that ask again for a visit which moved away after its start or restart had been offered. */
  readonly movedAway?: readonly Prompt[];
}

/**
 * Makes a rep's prompts what the newest appointments say they should be.
 *
 * The jobs are added before the plan is committed: a crash between the two leaves jobs without a prompt,
 * which do nothing, and never a prompt without its job.
 *
 * @throws {StateContendedError} when other writers were faster again and again.
 */
export async function applyPlan(deps: ApplyPlanDeps, rep: RepRef): Promise<PlanOutcome> {
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    const state = await deps.readState();
    const change = planChange(deps, rep, state);
    if (change.added.length === 0 && change.superseded.length === 0 && !change.isLiveWithdrawn) {
      return change;
    }
    await deps.enqueue(change.added, change.superseded);
    const commands = changeCommands(rep, state, change);
    if (await deps.commit({ revision: state.revision, commands })) {
      await deps.dequeue(change.superseded);
      return change;
    }
    await deps.dequeue(change.added);
  }
  throw new StateContendedError(`the plan of rep ${rep.userId} of ${rep.connection} kept changing`);
}

function planChange(
  { schedule, drawToken }: ApplyPlanDeps,
  { userId }: RepRef,
  state: RepState,
): PlanChange {
  const planned = planPrompts({
    userId,
    appointments: state.visits.map(({ stored }) => stored.appointment),
    issued: state.issued,
    schedule,
    nowMs: state.nowMs,
  });
  const generation = Number(state.revision) + 1;
  return diffPlan(state, planned, (one) => promptOf(one));

  function promptOf({ appointment, ...one }: PlannedPrompt): Prompt {
    return {
      ...one,
      promptId: `p${drawToken()}`,
      token: drawToken(),
      userId,
      recordType: appointment.recordType,
      recordId: appointment.recordId,
      generation,
      state: "waiting",
    };
  }
}

function changeCommands(
  rep: RepRef,
  { visits, nowMs }: RepState,
  change: PlanChange,
): readonly RedisCommand[] {
  const { connection } = rep;
  const commands = visits.flatMap((visit) => {
    const { recordId } = visit.stored.appointment;
    const prompts = promptsAfter(visit, change);
    const entries = planEntries(recordId, change, nowMs);
    return prompts === undefined
      ? []
      : [
          ...promptsCommands(rep, visit, prompts),
          ...timelineCommands({ connection, recordId }, entries),
        ];
  });
  return change.isLiveWithdrawn ? [...commands, livePromptCommand(rep, undefined)] : commands;
}

function planEntries(
  recordId: string,
  { added, superseded }: PlanChange,
  atMs: number,
): readonly TimelineEntry[] {
  const entry = (prompt: Prompt, text: string): TimelineEntry => ({
    atMs,
    kind: "plan.changed",
    text,
    promptId: prompt.promptId,
    userId: prompt.userId,
  });
  const when = (prompt: Prompt) => new Date(prompt.dueAtMs).toISOString();
  return [
    ...superseded
      .filter((prompt) => prompt.recordId === recordId)
      .map((prompt) => entry(prompt, `Dropped: ${prompt.action} at ${when(prompt)}`)),
    ...added
      .filter((prompt) => prompt.recordId === recordId)
      .map((prompt) =>
        entry(prompt, `Planned: ${prompt.action} at ${when(prompt)}, ${prompt.reason}`),
      ),
  ];
}
