import { deliveryCommand } from "../books/appointment-book.ts";
import type { RepDecision } from "../books/change-rep.ts";
import type { RepState } from "../books/rep-state.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Delivery, DeliveryRef } from "../domain/delivery.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import type { RedisCommand } from "../redis-script.ts";
import { clearAfter, type LaterClear } from "./clear-after.ts";
import { changePromptCommands, type FoundPrompt, findPrompt } from "./prompt-change.ts";

/** What follows from an attempt's end. */
export interface SettledAttempt {
  /** When a device that accepted it has to take it back. */
  readonly clear: LaterClear | undefined;
  /** How long after its due moment the prompt was accepted, where this is the first device and no hold made it late. */
  readonly firstLateMs: number | undefined;
  /** By this attempt or by another one, the device has the prompt. */
  readonly isAccepted: boolean;
}

/** A delivery as an attempt leaves it, and as it is stored by the time the attempt has ended. */
export interface Settling {
  readonly delivery: Delivery;
  readonly stored: Delivery | undefined;
}

/**
 * Writes down how an attempt ended; the first accepted one makes the prompt sent.
 *
 * Another run may have gone on with the delivery or ended it meanwhile: that stands, but for an attempt that was accepted.
 */
export function settleDelivery(
  state: RepState,
  ref: DeliveryRef,
  { delivery, stored }: Settling,
): RepDecision<SettledAttempt> {
  const { connection, recordId } = ref;
  const found = findPrompt(state, ref);
  const next = nextDelivery(delivery, stored);
  const isAccepted = (next ?? stored)?.state === "accepted";
  return {
    result:
      found !== undefined && delivery.state === "accepted"
        ? {
            clear: clearAfter(state, found.prompt),
            firstLateMs: firstLateMs(found, delivery),
            isAccepted,
          }
        : { clear: undefined, firstLateMs: undefined, isAccepted },
    commands: [
      ...(next === undefined ? [] : [deliveryCommand({ connection, recordId }, next)]),
      ...timelineCommands({ connection, recordId }, [attemptEntry(delivery)]),
      ...(found === undefined ? [] : promptCommands(ref, found, delivery)),
    ],
  };
}

/** What is to be stored of the delivery; undefined where what is stored knows more. */
function nextDelivery(delivery: Delivery, stored: Delivery | undefined): Delivery | undefined {
  if (stored === undefined) {
    return delivery;
  }
  const isStillOurs = stored.state === "sending" && stored.attempts <= delivery.attempts;
  if (isStillOurs) {
    return delivery;
  }
  return delivery.state === "accepted" && stored.state !== "accepted"
    ? { ...delivery, attempts: Math.max(delivery.attempts, stored.attempts) }
    : undefined;
}

function firstLateMs({ prompt }: FoundPrompt, { updatedAtMs }: Delivery): number | undefined {
  const isFirst = prompt.sentAtMs === undefined;
  return isFirst && prompt.heldSinceMs === undefined ? updatedAtMs - prompt.dueAtMs : undefined;
}

function promptCommands(
  ref: DeliveryRef,
  found: FoundPrompt,
  delivery: Delivery,
): readonly RedisCommand[] {
  const { prompt } = found;
  if (delivery.state !== "accepted" || prompt.sentAtMs !== undefined) {
    return [];
  }
  const atMs = delivery.updatedAtMs;
  // A plan may have dropped the prompt while it was under way; that it was sent stays true.
  const next: Prompt = { ...prompt, state: "sent", sentAtMs: atMs };
  const text = `The ${prompt.action} link reached the rep's ${delivery.channel} device`;
  return changePromptCommands(ref, found, { next, atMs, entry: { kind: "prompt.sent", text } });
}

function attemptEntry({
  attempts,
  state,
  answer,
  deviceId,
  promptId,
  userId,
  channel,
  updatedAtMs,
}: Delivery): TimelineEntry {
  return {
    atMs: updatedAtMs,
    kind: "delivery.attempted",
    text: `Attempt ${attempts} by ${channel}: ${state} (${answer})`,
    deviceId,
    promptId,
    userId,
  };
}
