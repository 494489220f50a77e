import type { Delivery, DeliveryRef } from "../domain/delivery.ts";
import { type Device, isPushDevice } from "../domain/device.ts";
import type { PromptRef } from "../domain/prompt.ts";

/** What hastening needs from the world. */
export interface HastenRungDeps {
  readonly listDevices: () => Promise<readonly Device[]>;
  /** All deliveries of the prompt's appointment. */
  readonly readDeliveries: () => Promise<readonly Delivery[]>;
  /** Takes up the earliest of these deliveries that wait, unless one of them is under way. */
  readonly hasten: (deliveries: readonly DeliveryRef[]) => Promise<void>;
}

/**
 * Lets the next rung of the ladder begin at once when nobody before it is left: every device that was to get the
 * prompt is gone or refused it.
 *
 * An integration counts for nothing here: it is not the rep. Safe to repeat.
 */
export async function hastenRung(
  { listDevices, readDeliveries, hasten }: HastenRungDeps,
  { connection, userId, recordId, promptId }: PromptRef,
): Promise<void> {
  const tried = (await readDeliveries()).filter(
    (one) => one.promptId === promptId && one.channel !== "webhook",
  );
  if (tried.some(({ state }) => state !== "gone" && state !== "refused")) {
    return;
  }
  const triedIds = new Set(tried.map(({ deviceId }) => deviceId));
  const untried = (await listDevices()).filter(
    (one) => isPushDevice(one) && one.channel !== "webhook" && !triedIds.has(one.deviceId),
  );
  if (untried.length > 0) {
    const ref = { connection, userId, recordId, promptId };
    await hasten(untried.map(({ deviceId }) => ({ ...ref, deviceId })));
  }
}
