import type { RepDecision } from "../books/change-rep.ts";
import { readIssuedTrail } from "../books/issued-trail.ts";
import type { RepState } from "../books/rep-state.ts";
import type { Hold } from "../domain/hold.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { type Choice, chooseAction } from "./choose-action.ts";
import { foundRecording } from "./found-recording.ts";
import { type Held, heldUntilLater, holdCommands } from "./hold-prompt.ts";
import {
  changePromptCommands,
  type FoundPrompt,
  findPrompt,
  goLiveCommand,
  issueCommands,
} from "./prompt-change.ts";

/** A prompt whose moment came, and which goes out now or did already. */
export interface LivePrompt {
  readonly kind: "live";
  readonly prompt: Prompt;
  readonly nowMs: number;
  readonly lateMs: number;
  /** A later prompt's moment came first: what was planned behind this one does not fit any more. */
  readonly isOutOfTurn: boolean;
}

/** Why nothing goes out. */
export type FireEnding =
  | { readonly kind: "too-early"; readonly waitMs: number }
  | Held
  /** A newer plan took its place, or it was done already. */
  | {
      readonly kind: "not-needed";
      readonly state: Prompt["state"];
      /** It might have ended another visit's recording, which now needs a stop of its own. */
      readonly isReplanned: boolean;
    }
  /** No such prompt: its plan is being committed just now, or never was. */
  | { readonly kind: "unknown" };

/** What a prompt's moment is judged by, besides the rep's state. */
export interface FireRules {
  /** The connection is on hold: nothing of it is sent. */
  readonly hold: Hold | undefined;
  /** Visits of this connection may be joined by a restart: only one recording is open at a time. */
  readonly isJoining: boolean;
  /** What is committed together with a prompt that goes live; its `firedAtMs` is set. */
  readonly watch: (prompt: Prompt) => readonly RedisCommand[];
}

/** Decides what becomes of a prompt whose moment came. Pure. */
export function decideFire(
  state: RepState,
  ref: PromptRef,
  rules: FireRules,
): RepDecision<LivePrompt | FireEnding> {
  const found = findPrompt(state, ref);
  if (found === undefined) {
    return { result: { kind: "unknown" }, commands: [] };
  }
  const { prompt } = found;
  const isOffered = prompt.state === "due" || prompt.state === "sent";
  if (isOffered && state.livePromptId === prompt.promptId) {
    return { result: live(prompt, state), commands: [] };
  }
  if (prompt.state !== "waiting") {
    return { result: notNeeded(prompt), commands: [] };
  }
  return decideWaiting(state, ref, { found, rules });
}

interface Waiting {
  readonly found: FoundPrompt;
  readonly rules: FireRules;
}

function decideWaiting(
  state: RepState,
  ref: PromptRef,
  { found, rules }: Waiting,
): RepDecision<LivePrompt | FireEnding> {
  const { nowMs } = state;
  const { prompt } = found;
  if (nowMs < prompt.dueAtMs) {
    return { result: { kind: "too-early", waitMs: prompt.dueAtMs - nowMs }, commands: [] };
  }
  if (nowMs >= prompt.expiresAtMs) {
    const why = prompt.heldSinceMs === undefined ? "" : "the connection was on hold, and ";
    const text = `Not sent: ${why}the ${prompt.action} came too late to be useful`;
    return end(found, ref, { state: "expired", kind: "prompt.expired", text, atMs: nowMs });
  }
  const { isJoining, hold } = rules;
  if (hold !== undefined) {
    const commands = holdCommands(ref, found, { hold, nowMs });
    return { result: heldUntilLater(prompt, nowMs), commands };
  }
  const trail = readIssuedTrail(state.issued, isJoining);
  const choice = chooseAction(state, prompt, { trail, isJoining });
  return choice.kind === "skip"
    ? skip(state, ref, { found, choice })
    : goLive(state, ref, { found, choice, rules });
}

/** What Siro said is done counts as fired and issued, so that the plan goes on from there. */
function skip(
  state: RepState,
  ref: PromptRef,
  {
    found,
    choice,
  }: { readonly found: FoundPrompt; readonly choice: Extract<Choice, { kind: "skip" }> },
): RepDecision<FireEnding> {
  const text = `Not sent: ${choice.why}`;
  const atMs = state.nowMs;
  const { isDone, begun } = choice;
  const { visit } = found;
  const fired = isDone ? { ...found.prompt, firedAtMs: atMs } : found.prompt;
  const evidence = begun && foundRecording(fired, ref, begun);
  const place = { visit, prompt: evidence?.prompt ?? fired };
  const ended = end(place, ref, { state: "skipped", kind: "prompt.skipped", text, atMs });
  const issued = isDone ? issueCommands(state, ref, found) : [];
  return { ...ended, commands: [...ended.commands, ...(evidence?.commands ?? []), ...issued] };
}

interface GoingLive {
  readonly found: FoundPrompt;
  readonly choice: Extract<Choice, { kind: "send" }>;
  readonly rules: FireRules;
}

function goLive(
  state: RepState,
  ref: PromptRef,
  { found, choice, rules }: GoingLive,
): RepDecision<LivePrompt> {
  const { action, endsRecordId, why } = choice;
  const { endsRecordId: _, ...planned } = found.prompt;
  const atMs = state.nowMs;
  const next: Prompt = {
    ...planned,
    action,
    state: "due",
    firedAtMs: atMs,
    ...(endsRecordId === undefined ? {} : { endsRecordId }),
  };
  const text = `The ${action} is due${why === undefined ? "" : `: ${why}`}`;
  return {
    result: live(next, state),
    commands: [
      ...changePromptCommands(ref, found, { next, atMs, entry: { kind: "prompt.due", text } }),
      goLiveCommand(ref, next),
      ...rules.watch(next),
    ],
  };
}

interface Ending {
  readonly state: "expired" | "skipped";
  readonly kind: "prompt.expired" | "prompt.skipped";
  readonly text: string;
  readonly atMs: number;
}

function end(
  found: FoundPrompt,
  ref: PromptRef,
  { state, kind, text, atMs }: Ending,
): RepDecision<FireEnding> {
  const next: Prompt = { ...found.prompt, state, reason: text };
  return {
    result: notNeeded(next),
    commands: changePromptCommands(ref, found, { next, atMs, entry: { kind, text } }),
  };
}

function notNeeded({ state, action }: Prompt): FireEnding {
  const isReplanned = state === "expired" || (state === "skipped" && action === "stop");
  return { kind: "not-needed", state, isReplanned };
}

function live(prompt: Prompt, { nowMs, visits }: RepState): LivePrompt {
  const isOutOfTurn = visits
    .flatMap(({ prompts }) => prompts)
    .some(({ firedAtMs, dueAtMs }) => firedAtMs !== undefined && dueAtMs > prompt.dueAtMs);
  return { kind: "live", prompt, nowMs, lateMs: nowMs - prompt.dueAtMs, isOutOfTurn };
}
