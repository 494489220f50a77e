import type { ClearRef } from "../domain/clear.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { ChannelKind } from "../domain/device.ts";
import type { PromptRef } from "../domain/prompt.ts";

/** What clearing needs from the world. */
export interface ClearElsewhereDeps {
  /** All deliveries of the prompt's appointment. */
  readonly readDeliveries: (ref: PromptRef) => Promise<readonly Delivery[]>;
  /** The channel can take back what its devices show. */
  readonly canClear: (channel: ChannelKind) => boolean;
  readonly enqueue: (clears: readonly ClearRef[]) => Promise<void>;
}

/** Why to clear, and the device that needs none because the rep has it in the hand. */
export interface Clearing {
  readonly why: ClearRef["why"];
  readonly exceptDeviceId?: string | undefined;
}

/**
 * Has the rep's devices take back what they show about an appointment: each that accepted one of its prompts.
 *
 * Safe to repeat: the same device is cleared once per prompt.
 */
export async function clearElsewhere(
  { readDeliveries, canClear, enqueue }: ClearElsewhereDeps,
  ref: PromptRef,
  { why, exceptDeviceId }: Clearing,
): Promise<void> {
  const { connection, userId, recordId, promptId } = ref;
  const showing = (await readDeliveries(ref)).filter(
    (one) =>
      one.userId === userId &&
      one.state === "accepted" &&
      one.deviceId !== exceptDeviceId &&
      canClear(one.channel),
  );
  const deviceIds = new Set(showing.map(({ deviceId }) => deviceId));
  const clears = [...deviceIds].map(
    (deviceId): ClearRef => ({ connection, userId, recordId, deviceId, clears: promptId, why }),
  );
  if (clears.length > 0) {
    await enqueue(clears);
  }
}
