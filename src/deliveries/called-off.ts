import type { Prompt } from "../domain/prompt.ts";

/** What is due within this takes the place of what stands on the screens. */
const SOON_MS = 60_000;

/** What a plan changed, as far as it can leave something on the devices. */
export interface LeavingChange {
  readonly added: readonly Prompt[];
  readonly superseded: readonly Prompt[];
  /** Starts and restarts of visits that moved away after theirs had been sent. */
  readonly movedAway?: readonly Prompt[];
}

/** Says whether a visit has to wait for a start or restart that takes the place of an earlier one. */
export function isMovedAway({ action, state, dueAtMs }: Prompt, nowMs: number): boolean {
  return action !== "stop" && state === "waiting" && dueAtMs > nowMs + SOON_MS;
}

/**
 * The prompts of visits of which devices may still show something that is of no use any more: stops that went away
 * with nothing in their place although their start was sent, and starts that are asked for again much later.
 *
 * A stop whose start went with it was never offered; one with a successor is replaced on the devices by that.
 */
export function calledOff(
  { added, superseded, movedAway = [] }: LeavingChange,
  nowMs: number,
): readonly Prompt[] {
  const isReplaced = (stop: Prompt) =>
    added.some(({ recordId }) => recordId === stop.recordId) ||
    superseded.some(({ recordId, action }) => recordId === stop.recordId && action !== "stop");
  return [
    ...superseded.filter((one) => one.action === "stop" && !isReplaced(one)),
    ...movedAway.filter((one) => isMovedAway(one, nowMs)),
  ];
}
