import { z } from "zod";

/**
 * The pointer of one clearing as it waits in the queue: a device should not show an appointment any more.
 *
 * It names its prompt as `clears`, so that no version can take it for a delivery.
 */
export const clearRefSchema = z.object({
  connection: z.string(),
  userId: z.string(),
  recordId: z.string(),
  deviceId: z.string(),
  /** The prompt that was answered or is over, or whose visit was called off or moved away. */
  clears: z.string(),
  /** `late`: the device accepted it when it was not wanted any more. */
  why: z.enum(["answered", "called-off", "late", "expired"]),
});
export type ClearRef = Readonly<z.infer<typeof clearRefSchema>>;

/** A clearing that is about to wait in the queue; without a wait it is taken up at once. */
export interface PlannedClear extends ClearRef {
  readonly afterMs?: number;
}
