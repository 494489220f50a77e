import { deliveryCommand } from "../books/appointment-book.ts";
import { nextRevision, type RepDecision } from "../books/change-rep.ts";
import type { RepState } from "../books/rep-state.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import { type Delivery, type DeliveryRef, deliveryIdOf } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Hold } from "../domain/hold.ts";
import { isAnsweredFor, type Prompt } from "../domain/prompt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { type Held, heldUntilLater, holdCommands } from "./hold-prompt.ts";
import { isVisitOver } from "./is-visit-over.ts";
import { type FoundPrompt, findPrompt, issueCommands, issuedWith } from "./prompt-change.ts";

/** Permission to make one attempt, given by the fence. */
export interface Attempt {
  readonly prompt: Prompt;
  readonly appointment: Appointment;
  readonly device: Device;
  readonly delivery: Delivery;
  /** The rep's state once this is committed; it holds for as long as nobody else changes it. */
  readonly state: RepState;
}

/** What the fence said. */
export type BeginOutcome =
  | { readonly kind: "begun"; readonly attempt: Attempt }
  | { readonly kind: "accepted" | "answered" | "withdrawn" | "expired" | "unknown" | "gone" }
  | Held
  /** So many go out already that this one has to wait. */
  | { readonly kind: "limited"; readonly afterMs: number }
  /** The visit changed and its plan is being made just now. */
  | { readonly kind: "unsettled" };

/** The device, and how its delivery stands so far. */
export interface Known {
  readonly device: Device;
  readonly known: Delivery | undefined;
  /** The connection is on hold: nothing of it is sent. */
  readonly hold?: Hold | undefined;
}

/** The fence: decides from the rep's state, right before an attempt, whether it is still wanted. */
export function beginAttempt(
  state: RepState,
  ref: DeliveryRef,
  known: Known,
): RepDecision<BeginOutcome> {
  const found = findPrompt(state, ref);
  if (found === undefined) {
    return { result: { kind: "unknown" }, commands: [] };
  }
  if (known.known?.state === "accepted") {
    return { result: { kind: "accepted" }, commands: [] };
  }
  const { prompt, visit } = found;
  const place = { ...known, prompt, nowMs: state.nowMs };
  if (isAnsweredFor(prompt, known.device.channel)) {
    return halt("answered", ref, place);
  }
  const isDeliverable = prompt.state === "due" || prompt.state === "sent";
  if (state.livePromptId !== prompt.promptId || !isDeliverable) {
    return halt("withdrawn", ref, place);
  }
  if (state.nowMs >= prompt.expiresAtMs) {
    return halt("expired", ref, place);
  }
  if (known.hold !== undefined) {
    const commands = holdCommands(ref, found, { hold: known.hold, nowMs: state.nowMs });
    return { result: heldUntilLater(prompt, state.nowMs), commands };
  }
  if (isVisitOver(visit.stored.appointment, prompt, state.nowMs)) {
    return { result: { kind: "unsettled" }, commands: [] };
  }
  return begin(state, ref, { ...known, found });
}

interface Place extends Known {
  readonly prompt: Prompt;
  readonly nowMs: number;
}

/** Nothing is sent any more, and the delivery says why, also where it never came to an attempt. */
function halt(
  kind: "answered" | "withdrawn" | "expired",
  ref: DeliveryRef,
  place: Place,
): RepDecision<BeginOutcome> {
  const state = kind === "answered" ? "spared" : kind;
  if (place.known?.state === state) {
    return { result: { kind }, commands: [] };
  }
  const delivery: Delivery = { ...deliveryOf(place), state };
  return {
    result: { kind },
    commands: [
      deliveryCommand(ref, delivery),
      ...(kind === "answered" ? sparedCommands(ref, place) : []),
    ],
  };
}

function sparedCommands(
  ref: DeliveryRef,
  { device, prompt, nowMs }: Place,
): readonly RedisCommand[] {
  const { promptId, userId, action } = prompt;
  const text = `Not sent by ${device.channel}: the rep had followed the ${action} already`;
  const { deviceId } = device;
  return timelineCommands(ref, [
    { atMs: nowMs, kind: "delivery.spared", text, promptId, deviceId, userId },
  ]);
}

/** The delivery as it stands, or as it begins. */
function deliveryOf({ device, known, prompt, nowMs }: Place): Delivery {
  return {
    deliveryId: deliveryIdOf(prompt.promptId, device.deviceId),
    promptId: prompt.promptId,
    action: prompt.action,
    userId: prompt.userId,
    deviceId: device.deviceId,
    channel: device.channel,
    state: known?.state ?? "sending",
    attempts: known?.attempts ?? 0,
    answer: known?.answer ?? "",
    updatedAtMs: nowMs,
  };
}

function begin(
  state: RepState,
  ref: DeliveryRef,
  { device, known, found }: Known & { readonly found: FoundPrompt },
): RepDecision<BeginOutcome> {
  const { prompt, visit } = found;
  const { appointment } = visit.stored;
  const attempts = (known?.attempts ?? 0) + 1;
  const before = deliveryOf({ device, known, prompt, nowMs: state.nowMs });
  const delivery: Delivery = { ...before, state: "sending", attempts };
  const next = { ...state, issued: issuedWith(state, found), revision: nextRevision(state) };
  return {
    result: { kind: "begun", attempt: { prompt, appointment, device, delivery, state: next } },
    commands: [...issueCommands(state, ref, found), deliveryCommand(ref, delivery)],
  };
}
