import type { RepDecision } from "../books/change-rep.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { DeliveryRef } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Attempt, BeginOutcome } from "./begin-attempt.ts";

/** An attempt would be one too many now. */
export interface RateDelay {
  readonly afterMs: number;
  /** What the limit is, for people. */
  readonly why: string;
  /** It did not wait before. */
  readonly isNew: boolean;
}

/** How many attempts go out at most: of a connection, and to a provider. */
export interface AttemptRates {
  /** Takes one attempt to the device; else says how long it has to wait. */
  take(device: Device): Promise<RateDelay | undefined>;
  /** It will not be made now; others need not wait for it. */
  leave(device: Device): Promise<void>;
}

/** What the fence decided, for a device at a moment. */
export interface Decided {
  readonly decision: RepDecision<BeginOutcome>;
  readonly device: Device | undefined;
  readonly nowMs: number;
}

/** Lets an attempt that the fence let through begin only within the limits; asks once, however often is decided. */
export function createRateGate(
  rates: AttemptRates | undefined,
  ref: DeliveryRef,
): (decided: Decided) => Promise<RepDecision<BeginOutcome>> {
  let asked: Promise<RateDelay | undefined> | undefined;
  return async ({ decision, device, nowMs }) => {
    if (rates === undefined || device === undefined) {
      return decision;
    }
    if (decision.result.kind !== "begun") {
      await rates.leave(device);
      return decision;
    }
    asked ??= rates.take(device);
    const delay = await asked;
    return delay === undefined ? decision : putOff(ref, decision.result.attempt, { delay, nowMs });
  };
}

/** Nothing of the attempt is kept; it comes again, at the latest when the prompt expires, so that its end is told in time. */
function putOff(
  ref: DeliveryRef,
  { prompt, device }: Attempt,
  { delay, nowMs }: { readonly delay: RateDelay; readonly nowMs: number },
): RepDecision<BeginOutcome> {
  const afterMs = Math.max(1, Math.min(delay.afterMs, prompt.expiresAtMs - nowMs));
  const { promptId, userId, action } = prompt;
  const { deviceId, channel } = device;
  const text = `The ${action} waits before it is sent by ${channel}: ${delay.why}`;
  const entry = {
    atMs: nowMs,
    kind: "delivery.put-off",
    text,
    promptId,
    deviceId,
    userId,
  } as const;
  return {
    result: { kind: "limited", afterMs },
    commands: delay.isNew ? timelineCommands(ref, [entry]) : [],
  };
}
