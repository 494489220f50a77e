import type { RepState } from "../books/rep-state.ts";
import type { AttemptOutcome } from "../domain/attempt-outcome.ts";
import type { ClearRef } from "../domain/clear.ts";
import type { Device } from "../domain/device.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { type FoundPrompt, findPromptById } from "./prompt-change.ts";
import { type Leave, reasonToLeave } from "./reason-to-leave.ts";

/** What one try to clear a device came to. */
export type ClearOutcome =
  | { readonly kind: "cleared" }
  /** `untilMs`: how long at least it is worth trying, epoch milliseconds. */
  | { readonly kind: "try-later"; readonly untilMs: number }
  | { readonly kind: "not-needed"; readonly why: "gone" | "unknown" | "refused" }
  | Leave;

/** What clearing needs from the world. */
export interface ClearDeviceDeps {
  readonly readDevice: () => Promise<Device | undefined>;
  readonly readRepState: () => Promise<RepState>;
  /** `nowMs` is the store's time. */
  readonly clear: (device: Device, nowMs: number) => Promise<AttemptOutcome>;
  readonly forgetDevice: () => Promise<void>;
  readonly tell: (entry: Pick<TimelineEntry, "kind" | "text" | "atMs">) => Promise<void>;
}

/**
 * Has one device take back what it shows about an appointment.
 *
 * Nothing is taken back that is wanted: a newer prompt of the appointment stands in the same place of the screen, and
 * while that is about to come the device is left alone, too.
 */
export async function clearDevice(deps: ClearDeviceDeps, ref: ClearRef): Promise<ClearOutcome> {
  const device = await deps.readDevice();
  if (device?.state !== "active") {
    return { kind: "not-needed", why: "gone" };
  }
  const state = await deps.readRepState();
  const found = findPromptById(state, ref.clears);
  return found === undefined
    ? { kind: "not-needed", why: "unknown" }
    : (reasonToLeave(state, found, ref) ?? clear(deps, device, { ref, found, nowMs: state.nowMs }));
}

interface Clearing {
  readonly ref: ClearRef;
  readonly found: FoundPrompt;
  readonly nowMs: number;
}

async function clear(
  deps: ClearDeviceDeps,
  device: Device,
  { ref, found, nowMs }: Clearing,
): Promise<ClearOutcome> {
  const outcome = await deps.clear(device, nowMs);
  switch (outcome.kind) {
    case "accepted": {
      const text = `Cleared from a ${device.channel} device: ${REASONS[ref.why]}`;
      await deps.tell({ kind: "delivery.cleared", text, atMs: nowMs });
      return { kind: "cleared" };
    }
    case "device-gone":
      await deps.forgetDevice();
      return { kind: "not-needed", why: "gone" };
    case "refused":
      return { kind: "not-needed", why: "refused" };
    case "try-later":
      return { kind: "try-later", untilMs: restartUntilMs(found) };
  }
}

const REASONS: Readonly<Record<ClearRef["why"], string>> = {
  answered: "the rep followed it elsewhere",
  "called-off": "the visit was called off or moved away",
  late: "it came when it was not wanted any more",
  expired: "its time is over",
};

/** A restart that is left on a second screen would cut the recording in two for as long as its visit lasts. */
function restartUntilMs({ visit }: FoundPrompt): number {
  const restarts = visit.prompts.filter(
    ({ action, firedAtMs }) => action === "restart" && firedAtMs !== undefined,
  );
  return Math.max(0, ...restarts.map(({ expiresAtMs }) => expiresAtMs));
}
