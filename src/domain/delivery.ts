import { z } from "zod";
import { channelKindSchema } from "./device.ts";
import { promptActionSchema, promptRefSchema } from "./prompt.ts";

/** The pointer of one delivery as it waits in the queue. */
export const deliveryRefSchema = promptRefSchema.extend({ deviceId: z.string() });
export type DeliveryRef = Readonly<z.infer<typeof deliveryRefSchema>>;

/** A delivery that is about to wait in the queue. */
export interface PlannedDelivery extends DeliveryRef {
  readonly afterMs: number;
}

/**
 * One prompt to one device, and how its attempts went.
 *
 * `spared` says that the rep had followed the prompt elsewhere before the device was to get it.
 */
export const deliverySchema = z.object({
  deliveryId: z.string(),
  promptId: z.string(),
  action: promptActionSchema,
  userId: z.string(),
  deviceId: z.string(),
  channel: channelKindSchema,
  state: z.enum([
    "sending",
    "accepted",
    "retrying",
    "expired",
    "withdrawn",
    "spared",
    "gone",
    "refused",
  ]),
  attempts: z.int(),
  /** The last answer of the other side, without anything personal. */
  answer: z.string(),
  updatedAtMs: z.int(),
});
export type Delivery = Readonly<z.infer<typeof deliverySchema>>;

/** The id of a delivery, also its job id: the same prompt reaches the same device once. */
export function deliveryIdOf(promptId: string, deviceId: string): string {
  return `${promptId}-${deviceId}`;
}
