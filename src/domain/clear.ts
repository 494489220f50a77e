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
  /** The prompt that was answered, or whose visit was called off. */
  clears: z.string(),
  why: z.enum(["answered", "called-off"]),
});
export type ClearRef = Readonly<z.infer<typeof clearRefSchema>>;
