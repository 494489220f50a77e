import type { Delivery, DeliveryRef } from "../domain/delivery.ts";
import { type Device, isPushDevice } from "../domain/device.ts";
import type { PromptRef } from "../domain/prompt.ts";

/** What escalating needs from the world. */
export interface EscalatePromptDeps {
  readonly listDevices: () => Promise<readonly Device[]>;
  /** All deliveries of the prompt's appointment. */
  readonly readDeliveries: () => Promise<readonly Delivery[]>;
  /** Takes up all of these deliveries now, whether they wait for their rung or were never added. */
  readonly rush: (deliveries: readonly DeliveryRef[]) => Promise<void>;
}

/**
 * Brings a prompt at once to every device of the rep that has not been tried. Safe to repeat.
 *
 * Right before each attempt the fence still looks whether the prompt is wanted.
 */
export async function escalatePrompt(
  { listDevices, readDeliveries, rush }: EscalatePromptDeps,
  { connection, userId, recordId, promptId }: PromptRef,
): Promise<void> {
  const tried = new Set(
    (await readDeliveries())
      .filter((one) => one.promptId === promptId)
      .map(({ deviceId }) => deviceId),
  );
  const untried = (await listDevices()).filter(
    (one) => isPushDevice(one) && !tried.has(one.deviceId),
  );
  const ref = { connection, userId, recordId, promptId };
  await rush(untried.map(({ deviceId }) => ({ ...ref, deviceId })));
}
