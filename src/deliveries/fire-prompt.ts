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
  | { readonly kind: "not-needed"; readonly state: Prompt["state"] }
  /** No such prompt: its plan is being committed just now, or never was. */
  | { readonly kind: "unknown" };

/** What firing needs from the world. */
export interface FirePromptDeps {
  readonly changeRep: (
    decide: (state: RepState) => RepDecision<Fired | FireOutcome>,
  ) => Promise<Fired | FireOutcome>;
  readonly listDevices: () => Promise<readonly Device[]>;
  readonly enqueue: (deliveries: readonly DeliveryRef[]) => Promise<void>;
  /** Makes `/go/` and `/done/` know the prompt before anyone can hold its token. */
  readonly rememberToken: (prompt: Prompt) => Promise<void>;
}

interface Fired {
  readonly kind: "live";
  readonly prompt: Prompt;
  readonly lateMs: number;
}

/**
 * Lets a prompt's moment come: checks that it is still wanted, makes it live, hands it to the rep's devices.
 *
 * Safe to repeat: a prompt that is live already gets the deliveries it lacks. A prompt without any device
 * stays due until it expires, for a device that comes later or asks by itself.
 */
export async function firePrompt(deps: FirePromptDeps, ref: PromptRef): Promise<FireOutcome> {
  const outcome = await deps.changeRep((state) => decideFire(state, ref));
  if (outcome.kind !== "live") {
    return outcome;
  }
  await deps.rememberToken(outcome.prompt);
  const devices = await deps.listDevices();
  const deliveries = devices
    .filter(({ state, channel }) => state === "active" && channel !== "pull")
    .map(({ deviceId }) => ({ ...ref, deviceId }));
  await deps.enqueue(deliveries);
  return { kind: "fired", deliveries: deliveries.length, lateMs: outcome.lateMs };
}

function decideFire(state: RepState, ref: PromptRef): RepDecision<Fired | FireOutcome> {
  const found = findPrompt(state, ref);
  if (found === undefined) {
    return { result: { kind: "unknown" }, commands: [] };
  }
  const { prompt } = found;
  if (prompt.state === "due" && state.livePromptId === prompt.promptId) {
    return { result: live(prompt, state), commands: [] };
  }
  if (prompt.state !== "waiting") {
    return { result: { kind: "not-needed", state: prompt.state }, commands: [] };
  }
  return decideWaiting(state, ref, found);
}

function decideWaiting(
  state: RepState,
  ref: PromptRef,
  found: FoundPrompt,
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
  if (prompt.action === "stop" && !wasStarted(state, prompt.recordId)) {
    const text = "Not sent: no start was ever sent, so there is nothing to stop";
    return end(found, ref, { state: "skipped", kind: "prompt.skipped", text, atMs: nowMs });
  }
  const next: Prompt = { ...prompt, state: "due", firedAtMs: nowMs };
  const text = `The ${prompt.action} is due`;
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
    result: { kind: "not-needed", state },
    commands: changePromptCommands(ref, found, { next, atMs, entry: { kind, text } }),
  };
}

function live(prompt: Prompt, { nowMs }: RepState): Fired {
  return { kind: "live", prompt, lateMs: nowMs - prompt.dueAtMs };
}

function wasStarted({ issued }: RepState, recordId: string): boolean {
  return issued.some((one) => one.recordId === recordId && one.action !== "stop");
}
