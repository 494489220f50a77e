import {
  issuedCommand,
  livePromptCommand,
  promptsCommands,
  type RepRef,
} from "../books/rep-book.ts";
import type { RepState, RepVisit } from "../books/rep-state.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { IssuedPrompt, Prompt, PromptRef } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import type { RedisCommand } from "../redis-script.ts";

/** A prompt together with the visit it belongs to. */
export interface FoundPrompt {
  readonly prompt: Prompt;
  readonly visit: RepVisit;
}

/** Finds a prompt in its rep's state. */
export function findPrompt(
  state: RepState,
  { recordId, promptId }: Pick<PromptRef, "recordId" | "promptId">,
): FoundPrompt | undefined {
  const visit = state.visits.find(({ stored }) => stored.appointment.recordId === recordId);
  const prompt = visit?.prompts.find((one) => one.promptId === promptId);
  return visit === undefined || prompt === undefined ? undefined : { visit, prompt };
}

/** Finds a prompt of which only the id is known; a rep's state holds no other rep's prompts. */
export function findPromptById(state: RepState, promptId: string): FoundPrompt | undefined {
  for (const visit of state.visits) {
    const prompt = visit.prompts.find((one) => one.promptId === promptId);
    if (prompt !== undefined) {
      return { visit, prompt };
    }
  }
  return undefined;
}

/** What changes about a prompt. */
export interface PromptChange {
  readonly next: Prompt;
  readonly entry: Pick<TimelineEntry, "kind" | "text" | "deviceId">;
  readonly atMs: number;
}

/** The commands that store a changed prompt and tell of it on the timeline. */
export function changePromptCommands(
  rep: RepRef,
  { visit }: FoundPrompt,
  { next, entry, atMs }: PromptChange,
): readonly RedisCommand[] {
  const { promptId, recordId, userId } = next;
  const prompts = visit.prompts.map((one) => (one.promptId === promptId ? next : one));
  return [
    ...promptsCommands(rep, visit, prompts),
    ...timelineCommands({ connection: rep.connection, recordId }, [
      { ...entry, atMs, promptId, userId },
    ]),
  ];
}

/** The command that makes a prompt the one that may be delivered now. */
export function goLiveCommand(rep: RepRef, { promptId }: Prompt): RedisCommand {
  return livePromptCommand(rep, promptId);
}

/** Remembers, once per prompt, that it was offered to the rep. */
export function issueCommands(
  state: RepState,
  rep: RepRef,
  found: FoundPrompt,
): readonly RedisCommand[] {
  const issued = issuedWith(state, found);
  return issued === state.issued ? [] : [issuedCommand(rep, issued)];
}

/** What was offered to the rep, once a prompt is among it. */
export function issuedWith(
  { issued, nowMs }: RepState,
  { prompt, visit }: FoundPrompt,
): readonly IssuedPrompt[] {
  const { promptId, recordId, action } = prompt;
  if (issued.some((one) => one.promptId === promptId)) {
    return issued;
  }
  const { startAtMs } = visit.stored.appointment;
  return [...issued, { promptId, recordId, action, atMs: nowMs, startAtMs }];
}
