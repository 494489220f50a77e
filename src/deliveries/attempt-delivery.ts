import { deliveryCommand } from "../books/appointment-book.ts";
import type { KnownChange, RepDecision, SeeingChange } from "../books/change-rep.ts";
import type { DeviceNote } from "../books/device-book.ts";
import type { AttemptOutcome } from "../domain/attempt-outcome.ts";
import type { Delivery, DeliveryRef } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { Hold } from "../domain/hold.ts";
import { type AttemptRates, createRateGate } from "./attempt-rates.ts";
import { type Attempt, type BeginOutcome, beginAttempt } from "./begin-attempt.ts";
import type { LaterClear } from "./clear-after.ts";
import type { Held } from "./hold-prompt.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { settleDelivery } from "./settle-delivery.ts";

/** A plan follows its appointment within milliseconds, or within seconds after a crash. */
const LOOK_AGAIN_MS = 500;

/** Why no attempt was made. */
type NotNeeded = "answered" | "withdrawn" | "expired" | "unknown" | "gone";

/** What one run of a delivery came to, for the queue. */
export type DeliveryOutcome =
  | { readonly kind: "done"; readonly state: Delivery["state"] }
  | { readonly kind: "try-later"; readonly afterMs: number }
  | Held
  | { readonly kind: "refused"; readonly reason: string; readonly detail: string }
  | { readonly kind: "not-needed"; readonly why: NotNeeded };

/** What an attempt needs from the world once it has begun. */
export interface FinishAttemptDeps {
  readonly changeRepFrom: <Seen, Result>(change: KnownChange<Seen, Result>) => Promise<Result>;
  readonly readDelivery: () => Promise<Delivery | undefined>;
  readonly noteDevice: (note: DeviceNote) => Promise<void>;
  readonly send: (attempt: Attempt) => Promise<AttemptOutcome>;
  /** Hears, once per prompt, that a device accepted it and how long after it was due. */
  readonly firstAccepted?: (lateMs: number) => void;
  /** Has the device take back what it accepted, where it can. */
  readonly clearLater: (clear: LaterClear, device: Device) => Promise<void>;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** What an attempt needs from the world. */
export interface AttemptDeliveryDeps extends FinishAttemptDeps {
  readonly changeRep: <Seen, Result>(change: SeeingChange<Seen, Result>) => Promise<Result>;
  readonly readDevice: () => Promise<Device | undefined>;
  /** The hold of the connection, if there is one; nothing is sent under it. */
  readonly readHold?: () => Promise<Hold | undefined>;
  /** Absent where as many attempts go out as there are. */
  readonly rates?: AttemptRates | undefined;
}

/**
 * Makes one attempt to bring a prompt to a device.
 *
 * The fence comes right before the attempt: a prompt that a newer plan withdrew, that the rep followed
 * elsewhere, or that expired, is not sent. From the first attempt on the prompt counts as issued, whatever the other side answers: the rep may
 * have got it. A device that says it is gone is revoked before this returns. An attempt beyond a limit is none: it
 * comes again.
 */
export async function attemptDelivery(
  deps: AttemptDeliveryDeps,
  ref: DeliveryRef,
): Promise<DeliveryOutcome> {
  const withinRates = createRateGate(deps.rates, ref);
  // The delivery is read after the state: if it changes from there on, the commit is refused.
  const begun = await deps.changeRep({
    see: () => Promise.all([deps.readDevice(), deps.readDelivery(), deps.readHold?.()]),
    decide: (state, [device, known, hold]) => {
      const decision =
        device?.state === "active"
          ? beginAttempt(state, ref, { device, known, hold })
          : endOpenDelivery(ref, known);
      return withinRates({ decision, device, nowMs: state.nowMs });
    },
  });
  switch (begun.kind) {
    case "begun":
      return finishAttempt(deps, ref, begun.attempt);
    case "accepted":
      return { kind: "done", state: "accepted" };
    case "held":
      return begun;
    case "limited":
      return { kind: "try-later", afterMs: begun.afterMs };
    case "unsettled":
      return { kind: "try-later", afterMs: LOOK_AGAIN_MS };
    default:
      return { kind: "not-needed", why: begun.kind };
  }
}

/** A device that was revoked between two attempts leaves a delivery that nobody will finish. */
function endOpenDelivery(ref: DeliveryRef, known: Delivery | undefined): RepDecision<BeginOutcome> {
  const isOpen = known?.state === "retrying" || known?.state === "sending";
  return {
    result: { kind: "gone" },
    commands: isOpen ? [deliveryCommand(ref, { ...known, state: "gone" })] : [],
  };
}

/** Makes an attempt that has begun, and writes down how it ended. */
export async function finishAttempt(
  deps: FinishAttemptDeps,
  ref: DeliveryRef,
  attempt: Attempt,
): Promise<DeliveryOutcome> {
  const beganMs = deps.nowMs();
  const outcome = await deps.send(attempt);
  const settled = settle(deps, attempt, outcome);
  const { state, device } = attempt;
  const known = { ...state, nowMs: state.nowMs + Math.max(0, deps.nowMs() - beganMs) };
  const [{ clear, firstLateMs, isAccepted }] = await Promise.all([
    deps.changeRepFrom({
      known,
      seen: attempt.delivery,
      see: deps.readDelivery,
      decide: (newest, stored) =>
        settleDelivery(newest, ref, { delivery: settled.delivery, stored }),
    }),
    rememberDevice(deps, outcome),
  ]);
  if (firstLateMs !== undefined) {
    deps.firstAccepted?.(firstLateMs);
  }
  if (clear !== undefined) {
    await deps.clearLater(clear, device);
  }
  // Where two runs of a job overlapped, the other one's success ends the delivery.
  return isAccepted ? { kind: "done", state: "accepted" } : settled.outcome;
}

/** A delivery after an attempt, and what the queue should do about it. */
interface SettledDelivery {
  readonly delivery: Delivery;
  readonly outcome: DeliveryOutcome;
}

function settle(
  deps: FinishAttemptDeps,
  { prompt, delivery }: Attempt,
  outcome: AttemptOutcome,
): SettledDelivery {
  const updatedAtMs = deps.nowMs();
  const next = { ...delivery, answer: outcome.answer, updatedAtMs };
  switch (outcome.kind) {
    case "accepted":
      return settledAs({ ...next, state: "accepted" });
    case "device-gone":
      return settledAs({ ...next, state: "gone" });
    case "refused":
      return {
        delivery: { ...next, state: "refused" },
        outcome: { kind: "refused", reason: outcome.reason, detail: outcome.answer },
      };
    case "try-later": {
      const afterMs = retryDelayMs(delivery.attempts, outcome.retryAfterMs, deps.random());
      return updatedAtMs + afterMs >= prompt.expiresAtMs
        ? settledAs({ ...next, state: "expired" })
        : { delivery: { ...next, state: "retrying" }, outcome: { kind: "try-later", afterMs } };
    }
  }
}

function settledAs(delivery: Delivery): SettledDelivery {
  return { delivery, outcome: { kind: "done", state: delivery.state } };
}

async function rememberDevice(
  { noteDevice, nowMs }: FinishAttemptDeps,
  outcome: AttemptOutcome,
): Promise<void> {
  if (outcome.kind === "device-gone") {
    await noteDevice({ state: "gone" });
  }
  if (outcome.kind === "accepted") {
    await noteDevice({ lastAcceptedAtMs: nowMs() });
  }
}
