import type { RepDecision, SeeingChange } from "../books/change-rep.ts";
import type { RepState } from "../books/rep-state.ts";
import type { Schedule } from "../domain/connection.ts";
import type { DeliveryRef, PlannedDelivery } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Hold } from "../domain/hold.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { DeliveryOutcome } from "./attempt-delivery.ts";
import { beginAtOnce, type FirstAttempt, type GoingOut } from "./begin-at-once.ts";
import { type DeliveryWait, planDeliveries } from "./climb-ladder.ts";
import { decideFire, type FireEnding, type FireRules, type LivePrompt } from "./decide-fire.ts";

/** How a prompt's moment ended. */
export type FireOutcome =
  | {
      readonly kind: "fired";
      readonly deliveries: number;
      readonly lateMs: number;
      /** A hold made it late. */
      readonly wasHeld: boolean;
      /** What came of the attempt that was made at once; absent where all deliveries are jobs. */
      readonly first?: MadeAttempt;
    }
  | FireEnding;

/** An attempt that was made in the prompt's own job, and what it came to. */
export interface MadeAttempt {
  readonly ref: DeliveryRef;
  readonly outcome: DeliveryOutcome;
}

/** What firing needs from the world. */
export interface FirePromptDeps extends Pick<FireRules, "isJoining"> {
  readonly changeRep: <Seen, Result>(change: SeeingChange<Seen, Result>) => Promise<Result>;
  readonly readHold?: () => Promise<Hold | undefined>;
  readonly listDevices: () => Promise<readonly Device[]>;
  /** Which device gets the prompt when. */
  readonly ladder: Schedule["ladder"];
  readonly enqueue: (deliveries: readonly PlannedDelivery[]) => Promise<void>;
  /**
   * Makes an attempt that began in the step in which its prompt went live; what is to be tried again becomes a job.
   * Absent where no attempt can be made now.
   */
  readonly attemptAtOnce?: ((first: FirstAttempt) => Promise<MadeAttempt>) | undefined;
  readonly isLimited?: GoingOut["isLimited"];
  readonly watch?: FireRules["watch"];
  /** Makes the rep's plan again. */
  readonly replan: () => Promise<unknown>;
  /** Makes `/go/` and `/done/` know the prompt before anyone can hold its token. */
  readonly rememberToken: (prompt: Prompt) => Promise<void>;
}

/** A prompt that went out, or did already, and to whom. */
interface Fired extends LivePrompt {
  readonly deliveries: readonly DeliveryWait[];
  readonly first?: FirstAttempt | undefined;
}

/**
 * Lets a prompt's moment come: checks that it is still wanted, makes it live, hands it to the rep's devices,
 * to each at its rung of the ladder. A rung that lies behind the prompt's expiry is dropped.
 *
 * Where one device gets the prompt at once, its first attempt begins in the step that makes the prompt live and is made
 * here; every other delivery is a job. A restart that nobody took leaves the recording open that it should have ended,
 * so the plan is made again.
 *
 * Safe to repeat: a prompt that is live already gets a job for each delivery, and the fence finds what it lacks. A prompt
 * without any device stays due until it expires, for a device that comes later or asks by itself.
 */
export async function firePrompt(deps: FirePromptDeps, ref: PromptRef): Promise<FireOutcome> {
  const outcome = await deps.changeRep({
    see: () => Promise.all([deps.listDevices(), deps.readHold?.()]),
    decide: (state, [devices, hold]) => decide(deps, ref, { state, devices, hold }),
  });
  if (outcome.kind !== "live") {
    if (outcome.kind === "not-needed" && outcome.isReplanned) {
      await deps.replan();
    }
    return outcome;
  }
  const { prompt, lateMs, deliveries, first, isOutOfTurn } = outcome;
  await deps.rememberToken(prompt);
  const others = deliveries.filter(({ deviceId }) => deviceId !== first?.ref.deviceId);
  await deps.enqueue(others.map((one) => ({ ...ref, ...one })));
  if (isOutOfTurn) {
    await deps.replan();
  }
  const made = first && (await deps.attemptAtOnce?.(first));
  return {
    kind: "fired",
    deliveries: deliveries.length,
    lateMs,
    wasHeld: prompt.heldSinceMs !== undefined,
    ...(made === undefined ? {} : { first: made }),
  };
}

/** The rep's state, and what was seen beside it. */
interface Scene {
  readonly state: RepState;
  readonly devices: readonly Device[];
  readonly hold: Hold | undefined;
}

/** For a prompt that is live already a job may be under way, which only a job of the same id can know. */
function decide(
  { ladder, attemptAtOnce, isLimited, isJoining, watch = () => [] }: FirePromptDeps,
  ref: PromptRef,
  { state, devices, hold }: Scene,
): RepDecision<Fired | FireEnding> {
  const { result, commands } = decideFire(state, ref, { isJoining, hold, watch });
  if (result.kind !== "live") {
    return { result, commands };
  }
  const { prompt } = result;
  const deliveries = plannedDeliveries(ladder, result, devices);
  const isGoingLive = commands.length > 0 && !result.isOutOfTurn;
  const begun =
    isGoingLive && attemptAtOnce !== undefined
      ? beginAtOnce(state, { ref, prompt, devices, deliveries, isLimited })
      : undefined;
  return {
    result: { ...result, deliveries, first: begun?.first },
    commands: [...commands, ...(begun?.commands ?? [])],
  };
}

/** A crash may have come between: the waits count from the prompt's moment, whenever its jobs are added. */
function plannedDeliveries(
  ladder: Schedule["ladder"],
  { prompt, nowMs }: LivePrompt,
  devices: readonly Device[],
): readonly DeliveryWait[] {
  const sinceMs = nowMs - (prompt.firedAtMs ?? nowMs);
  return planDeliveries(devices, ladder)
    .map(({ deviceId, afterMs }) => ({ deviceId, afterMs: Math.max(0, afterMs - sinceMs) }))
    .filter(({ afterMs }) => nowMs + afterMs < prompt.expiresAtMs);
}
