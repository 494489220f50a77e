import { findLivePrompt, type RepState } from "../books/rep-state.ts";
import type { AttemptOutcome } from "../domain/attempt-outcome.ts";
import type { ClearRef } from "../domain/clear.ts";
import type { Device } from "../domain/device.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { isVisitOver } from "./is-visit-over.ts";
import { findPromptById } from "./prompt-change.ts";

/** What one try to clear a device came to. */
export type ClearOutcome =
  | { readonly kind: "cleared" }
  | { readonly kind: "try-later" }
  | { readonly kind: "not-needed"; readonly why: NotNeeded };

type NotNeeded = "gone" | "unknown" | "expired" | "replaced" | "still-on" | "refused";

/** What clearing needs from the world. */
export interface ClearDeviceDeps {
  readonly readDevice: () => Promise<Device | undefined>;
  readonly readRepState: () => Promise<RepState>;
  readonly clear: (device: Device) => Promise<AttemptOutcome>;
  readonly forgetDevice: () => Promise<void>;
  readonly tell: (entry: Pick<TimelineEntry, "kind" | "text" | "atMs">) => Promise<void>;
}

/**
 * Has one device take back what it shows about an appointment.
 *
 * Nothing is taken back that is wanted: a newer prompt of the appointment stands in the same place of the screen.
 * After the prompt's expiry it is not worth the while.
 */
export async function clearDevice(deps: ClearDeviceDeps, ref: ClearRef): Promise<ClearOutcome> {
  const device = await deps.readDevice();
  if (device?.state !== "active") {
    return { kind: "not-needed", why: "gone" };
  }
  const state = await deps.readRepState();
  const why = reasonToLeave(state, ref);
  return why === undefined
    ? clear(deps, device, { ref, nowMs: state.nowMs })
    : { kind: "not-needed", why };
}

function reasonToLeave(
  state: RepState,
  { clears, recordId, userId, why }: ClearRef,
): NotNeeded | undefined {
  const found = findPromptById(state, clears);
  if (found === undefined) {
    return "unknown";
  }
  if (state.nowMs >= found.prompt.expiresAtMs) {
    return "expired";
  }
  const live = findLivePrompt(state)?.prompt;
  if (live?.recordId === recordId && live.promptId !== clears && live.answeredAtMs === undefined) {
    return "replaced";
  }
  const { appointment } = found.visit.stored;
  const isStillOn = !isVisitOver(appointment, { action: "start", userId }, state.nowMs);
  return why === "called-off" && isStillOn ? "still-on" : undefined;
}

interface Clearing {
  readonly ref: ClearRef;
  readonly nowMs: number;
}

async function clear(
  deps: ClearDeviceDeps,
  device: Device,
  { ref, nowMs }: Clearing,
): Promise<ClearOutcome> {
  const outcome = await deps.clear(device);
  switch (outcome.kind) {
    case "accepted": {
      const why =
        ref.why === "answered" ? "the rep followed it elsewhere" : "the visit was called off";
      const text = `Cleared from a ${device.channel} device: ${why}`;
      await deps.tell({ kind: "delivery.cleared", text, atMs: nowMs });
      return { kind: "cleared" };
    }
    case "device-gone":
      await deps.forgetDevice();
      return { kind: "not-needed", why: "gone" };
    case "refused":
      return { kind: "not-needed", why: "refused" };
    case "try-later":
      return { kind: "try-later" };
  }
}
