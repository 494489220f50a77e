import { readIssuedTrail } from "../books/issued-trail.ts";
import type { RepDecision } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import type { Schedule } from "../domain/connection.ts";
import type { PlannedDelivery } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Hold } from "../domain/hold.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { type Choice, chooseAction } from "./choose-action.ts";
import { type DeliveryWait, planDeliveries } from "./climb-ladder.ts";
import { foundRecording } from "./found-recording.ts";
import { type Held, heldUntilLater, holdCommands } from "./hold-prompt.ts";
import {
  changePromptCommands,
  type FoundPrompt,
  findPrompt,
  goLiveCommand,
  issueCommands,
} from "./prompt-change.ts";

/** How a prompt's moment ended. */
export type FireOutcome =
  | {
      readonly kind: "fired";
      readonly deliveries: number;
      readonly lateMs: number;
      /** A hold made it late. */
      readonly wasHeld: boolean;
    }
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

/** What firing needs from the world. */
export interface FirePromptDeps {
  readonly changeRep: (
    decide: (state: RepState) => RepDecision<Fired | FireOutcome>,
  ) => Promise<Fired | FireOutcome>;
  /** The connection is on hold: nothing of it is sent. */
  readonly hold?: Hold | undefined;
  /** Visits of this connection may be joined by a restart: only one recording is open at a time. */
  readonly isJoining: boolean;
  readonly listDevices: () => Promise<readonly Device[]>;
  /** Which device gets the prompt when. */
  readonly ladder: Schedule["ladder"];
  readonly enqueue: (deliveries: readonly PlannedDelivery[]) => Promise<void>;
  /** What is committed together with a prompt that goes live; its `firedAtMs` is set. */
  readonly watch?: (prompt: Prompt) => readonly RedisCommand[];
  /** Makes the rep's plan again. */
  readonly replan: () => Promise<unknown>;
  /** Makes `/go/` and `/done/` know the prompt before anyone can hold its token. */
  readonly rememberToken: (prompt: Prompt) => Promise<void>;
}

interface Fired {
  readonly kind: "live";
  readonly prompt: Prompt;
  readonly nowMs: number;
  readonly lateMs: number;
  /** A later prompt's moment came first: what was planned behind this one does not fit any more. */
  readonly isOutOfTurn: boolean;
}

/**
 * Lets a prompt's moment come: checks that it is still wanted, makes it live, hands it to the rep's devices,
 * to each at its rung of the ladder. A rung that lies behind the prompt's expiry is dropped.
 *
 * A restart that nobody took leaves the recording open that it should have ended, so the plan is made again.
 * Safe to repeat: a prompt that is live already gets the deliveries it lacks. A prompt without any device
 * stays due until it expires, for a device that comes later or asks by itself.
 */
export async function firePrompt(deps: FirePromptDeps, ref: PromptRef): Promise<FireOutcome> {
  const { isJoining, hold, watch = () => [] } = deps;
  const rules = { isJoining, hold, watch };
  const outcome = await deps.changeRep((state) => decideFire(state, ref, rules));
  if (outcome.kind !== "live") {
    if (outcome.kind === "not-needed" && outcome.isReplanned) {
      await deps.replan();
    }
    return outcome;
  }
  await deps.rememberToken(outcome.prompt);
  const deliveries = plannedDeliveries(deps.ladder, outcome, await deps.listDevices());
  await deps.enqueue(deliveries.map((one) => ({ ...ref, ...one })));
  if (outcome.isOutOfTurn) {
    await deps.replan();
  }
  const { lateMs, prompt } = outcome;
  const wasHeld = prompt.heldSinceMs !== undefined;
  return { kind: "fired", deliveries: deliveries.length, lateMs, wasHeld };
}

/** A crash may have come between: the waits count from the prompt's moment, whenever its jobs are added. */
function plannedDeliveries(
  ladder: Schedule["ladder"],
  { prompt, nowMs }: Fired,
  devices: readonly Device[],
): readonly DeliveryWait[] {
  const sinceMs = nowMs - (prompt.firedAtMs ?? nowMs);
  return planDeliveries(devices, ladder)
    .map(({ deviceId, afterMs }) => ({ deviceId, afterMs: Math.max(0, afterMs - sinceMs) }))
    .filter(({ afterMs }) => nowMs + afterMs < prompt.expiresAtMs);
}

type FireRules = Required<Pick<FirePromptDeps, "isJoining" | "hold" | "watch">>;

function decideFire(
  state: RepState,
  ref: PromptRef,
  rules: FireRules,
): RepDecision<Fired | FireOutcome> {
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
): RepDecision<Fired | FireOutcome> {
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
): RepDecision<FireOutcome> {
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
): RepDecision<Fired> {
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
): RepDecision<FireOutcome> {
  const next: Prompt = { ...found.prompt, state, reason: text };
  return {
    result: notNeeded(next),
    commands: changePromptCommands(ref, found, { next, atMs, entry: { kind, text } }),
  };
}

function notNeeded({ state, action }: Prompt): FireOutcome {
  const isReplanned = state === "expired" || (state === "skipped" && action === "stop");
  return { kind: "not-needed", state, isReplanned };
}

function live(prompt: Prompt, { nowMs, visits }: RepState): Fired {
  const isOutOfTurn = visits
    .flatMap(({ prompts }) => prompts)
    .some(({ firedAtMs, dueAtMs }) => firedAtMs !== undefined && dueAtMs > prompt.dueAtMs);
  return { kind: "live", prompt, nowMs, lateMs: nowMs - prompt.dueAtMs, isOutOfTurn };
}
