import type { Redis } from "ioredis";
import { readDelivery } from "../books/appointment-book.ts";
import { readRepState } from "../books/rep-book.ts";
import { findLivePrompt } from "../books/rep-state.ts";
import { type DeliveryRef, deliveryIdOf } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import { isAnsweredFor } from "../domain/prompt.ts";

/** Where deliveries wait for their attempt. */
export interface LivePromptQueue {
  /** The same prompt to the same device is one job. */
  add(deliveries: readonly DeliveryRef[]): Promise<void>;
  replay(delivery: DeliveryRef, replayId: string): Promise<void>;
}

/** What handing over needs from the world. */
export interface HandOverDeps {
  readonly redis: Redis;
  readonly deliveries: LivePromptQueue;
  readonly nowMs: () => number;
}

/**
 * Hands the prompt that is live right now to a device that became active; call it after the device is saved.
 * One that the rep followed already is not handed over.
 *
 * A prompt that fires at the same moment may hand over, too: both add the same job, or its own attempt is known. A device that came back
 * (`isBack`) may have an ended job from before, so its delivery gets a job of its own.
 */
export async function handOverLivePrompt(
  { redis, deliveries, nowMs }: HandOverDeps,
  { connection, userId, deviceId, channel }: Device,
  isBack: boolean,
): Promise<void> {
  const live = findLivePrompt(await readRepState(redis, { connection, userId }));
  if (live === undefined || isAnsweredFor(live.prompt, channel)) {
    return;
  }
  const { promptId, recordId } = live.prompt;
  const delivery = { connection, userId, recordId, promptId, deviceId };
  const deliveryId = deliveryIdOf(promptId, deviceId);
  if (isBack) {
    await deliveries.replay(delivery, `${deliveryId}-${nowMs()}`);
  } else if ((await readDelivery(redis, delivery, deliveryId)) === undefined) {
    await deliveries.add([delivery]);
  }
}
