import { type IssuedTrail, isLeftover, readIssuedTrail } from "../books/issued-trail.ts";
import type { RepDecision } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import type { DeliveryRef } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import {
  changePromptCommands,
  type FoundPrompt,
  findPrompt,
  goLiveCommand,
} from "./prompt-change.ts";

/** How a prompt's moment ended. */
export type FireOutcome =
  | { readonly kind: "fired"; readonly deliveries: number; readonly lateMs: number }
  | { readonly kind: "too-early"; readonly waitMs: number }
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
  /** Visits of this connection may be joined by a restart: only one recording is open at a time. */
  readonly isJoining: boolean;
  readonly listDevices: () => Promise<readonly Device[]>;
  readonly enqueue: (deliveries: readonly DeliveryRef[]) => Promise<void>;
  /** Makes the rep's plan again. */
  readonly replan: () => Promise<unknown>;
  /** Makes `/go/` and `/done/` know the prompt before anyone can hold its token. */
  readonly rememberToken: (prompt: Prompt) => Promise<void>;
}

interface Fired {
  readonly kind: "live";
  readonly prompt: Prompt;
  readonly lateMs: number;
  /** A later prompt's moment came first: what was planned behind this one does not fit any more. */
  readonly isOutOfTurn: boolean;
}

/**
 * Lets a prompt's moment come: checks that it is still wanted, makes it live, hands it to the rep's devices.
 *
 * A restart that nobody took leaves the recording open that it should have ended, so the plan is made again.
 * Safe to repeat: a prompt that is live already gets the deliveries it lacks. A prompt without any device
 * stays due until it expires, for a device that comes later or asks by itself.
 */
export async function firePrompt(deps: FirePromptDeps, ref: PromptRef): Promise<FireOutcome> {
  const outcome = await deps.changeRep((state) => decideFire(state, ref, deps.isJoining));
  if (outcome.kind !== "live") {
    if (outcome.kind === "not-needed" && outcome.isReplanned) {
      await deps.replan();
    }
    return outcome;
  }
  await deps.rememberToken(outcome.prompt);
  const devices = await deps.listDevices();
  const deliveries = devices
    .filter(({ state, channel }) => state === "active" && channel !== "pull")
    .map(({ deviceId }) => ({ ...ref, deviceId }));
  await deps.enqueue(deliveries);
  if (outcome.isOutOfTurn) {
    await deps.replan();
  }
  return { kind: "fired", deliveries: deliveries.length, lateMs: outcome.lateMs };
}

function decideFire(
  state: RepState,
  ref: PromptRef,
  isJoining: boolean,
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
  const trail = readIssuedTrail(state.issued, isJoining);
  return decideWaiting(state, ref, { found, trail, isJoining });
}

interface Waiting {
  readonly found: FoundPrompt;
  readonly trail: IssuedTrail;
  readonly isJoining: boolean;
}

function decideWaiting(
  state: RepState,
  ref: PromptRef,
  { found, trail, isJoining }: Waiting,
): RepDecision<Fired | FireOutcome> {
  const { nowMs } = state;
  const { prompt } = found;
  if (nowMs < prompt.dueAtMs) {
    return { result: { kind: "too-early", waitMs: prompt.dueAtMs - nowMs }, commands: [] };
  }
  if (nowMs >= prompt.expiresAtMs) {
    const text = `Not sent: the ${prompt.action} came too late to be useful`;
    return end(found, ref, { state: "expired", kind: "prompt.expired", text, atMs: nowMs });
  }
  const why = reasonToSkip(state, prompt, trail);
  if (why !== undefined) {
    const text = `Not sent: ${why}`;
    return end(found, ref, { state: "skipped", kind: "prompt.skipped", text, atMs: nowMs });
  }
  const endsRecordId = forgottenRecording(state, prompt, { trail, isJoining });
  const next: Prompt = {
    ...prompt,
    state: "due",
    firedAtMs: nowMs,
    ...(endsRecordId === undefined ? {} : { action: "restart", endsRecordId }),
  };
  const text = `The ${next.action} is due`;
  return {
    result: live(next, state),
    commands: [
      ...changePromptCommands(ref, found, {
        next,
        atMs: nowMs,
        entry: { kind: "prompt.due", text },
      }),
      goLiveCommand(ref, next),
    ],
  };
}

/** A moment that comes late must not undo what the rep was asked since. */
function reasonToSkip(
  { livePromptId, visits }: RepState,
  { action, recordId, dueAtMs }: Prompt,
  trail: IssuedTrail,
): string | undefined {
  if (action === "stop") {
    const isOpen = trail.openSinceMs(recordId) !== undefined;
    return isOpen ? undefined : "no recording of this visit waits for its stop";
  }
  const prompts = visits.flatMap((visit) => visit.prompts);
  const live = prompts.find(({ promptId }) => promptId === livePromptId);
  const isPassedBy = live?.endsRecordId === recordId && live.dueAtMs > dueAtMs;
  return isPassedBy ? "the next visit began already" : undefined;
}

/**
 * The recording of an earlier visit that still runs when a start is due: its stop is late, or nobody took it.
 * The start becomes a restart, or the talk would be filed under the earlier customer.
 */
function forgottenRecording(
  { visits, nowMs }: RepState,
  { action, recordId }: Prompt,
  { trail, isJoining }: Omit<Waiting, "found">,
): string | undefined {
  const open = visits.find(({ stored }) => stored.appointment.recordId === trail.openRecordId);
  const appointment = open?.stored.appointment;
  if (action !== "start" || appointment === undefined || appointment.recordId === recordId) {
    return undefined;
  }
  const hasStopAhead = open?.prompts.some(
    (one) => one.action === "stop" && one.state === "waiting" && one.dueAtMs > nowMs,
  );
  const isMeant = !isJoining && hasStopAhead === true;
  return isMeant || isLeftover(appointment, nowMs) ? undefined : appointment.recordId;
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
  return { kind: "live", prompt, lateMs: nowMs - prompt.dueAtMs, isOutOfTurn };
}
