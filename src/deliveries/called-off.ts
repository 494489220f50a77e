import type { Prompt } from "../domain/prompt.ts";

/**
 * The stops that went away with nothing in their place although their start was sent: what devices show of these
 * visits may be of no use any more.
 *
 * A stop whose start went with it was never offered; one with a successor is replaced on the devices by that.
 */
export function calledOffStops({
  added,
  superseded,
}: {
  readonly added: readonly Prompt[];
  readonly superseded: readonly Prompt[];
}): readonly Prompt[] {
  const isReplaced = (stop: Prompt) =>
    added.some(({ recordId }) => recordId === stop.recordId) ||
    superseded.some(({ recordId, action }) => recordId === stop.recordId && action !== "stop");
  return superseded.filter((one) => one.action === "stop" && !isReplaced(one));
}
