import type { Delivery } from "../../domain/delivery.ts";
import type { Prompt } from "../../domain/prompt.ts";
import { deviceName, whyUnreachable } from "./name-device.ts";
import type { RepView } from "./rep-view.ts";

/** Says what kept a prompt from the rep's devices, or keeps it; undefined while nothing does. */
export function tellTrouble(view: RepView, { promptId }: Prompt): string | undefined {
  const troubles = view.deliveries
    .filter((delivery) => delivery.promptId === promptId)
    .flatMap((delivery) => troubleOf(view, delivery) ?? []);
  return troubles.length === 0 ? whyUnreachable(view.rep) : troubles.join(", ");
}

function troubleOf(
  { rep }: RepView,
  { state, deviceId, answer, attempts }: Delivery,
): string | undefined {
  const device = deviceName(rep, deviceId);
  const said = answer === "" ? "" : ` (${answer})`;
  switch (state) {
    case "refused":
      return `${device} was refused${said}`;
    case "gone":
      return `${device} is gone${said}`;
    case "retrying":
      return `${device} did not take it in ${tries(attempts)}${said}`;
    case "expired":
      return `${device} did not take it in time${said}`;
    case "sending":
    case "accepted":
    case "withdrawn":
    case "spared":
      return undefined;
  }
}

function tries(attempts: number): string {
  return attempts === 1 ? "one try" : `${attempts} tries`;
}
