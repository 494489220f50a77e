import type { RepState } from "../books/rep-state.ts";
import type { DeliveryRef } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { type Attempt, beginAttempt } from "./begin-attempt.ts";
import type { DeliveryWait } from "./climb-ladder.ts";

/** An attempt that the fence let through in the very step in which its prompt went live. */
export interface FirstAttempt {
  readonly ref: DeliveryRef;
  readonly attempt: Attempt;
}

/** A prompt that is about to go live, as it will be, and where it goes when. */
export interface GoingOut {
  readonly ref: PromptRef;
  readonly prompt: Prompt;
  readonly devices: readonly Device[];
  readonly deliveries: readonly DeliveryWait[];
  /** Attempts to the device are limited: whether one may go is asked in its own job. */
  readonly isLimited?: ((device: Device) => boolean) | undefined;
}

/**
 * Begins the attempt to the only device that is to get a prompt at once; undefined where there is none, or several, or
 * where attempts to it are limited, or the fence says no: then each delivery is a job, which the fence judges anew.
 */
export function beginAtOnce(
  state: RepState,
  { ref, prompt, devices, deliveries, isLimited }: GoingOut,
): { readonly first: FirstAttempt; readonly commands: readonly RedisCommand[] } | undefined {
  const [only, ...others] = deliveries.filter(({ afterMs }) => afterMs === 0);
  const device = devices.find(({ deviceId }) => deviceId === only?.deviceId);
  if (device === undefined || others.length > 0 || isLimited?.(device) === true) {
    return undefined;
  }
  const delivery = { ...ref, deviceId: device.deviceId };
  const live = liveState(state, prompt);
  const { result, commands } = beginAttempt(live, delivery, { device, known: undefined });
  return result.kind === "begun"
    ? { first: { ref: delivery, attempt: result.attempt }, commands }
    : undefined;
}

function liveState(state: RepState, prompt: Prompt): RepState {
  const { promptId } = prompt;
  const visits = state.visits.map((visit) => ({
    ...visit,
    prompts: visit.prompts.map((one) => (one.promptId === promptId ? prompt : one)),
  }));
  return { ...state, visits, livePromptId: promptId };
}
