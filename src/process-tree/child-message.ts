import { z } from "zod";

/** What a child tells the supervisor over IPC. */
export const childMessageSchema = z.discriminatedUnion("kind", [
  /** It serves now. */
  z.object({ kind: z.literal("ready") }),
  /** It ends for a reason that a restart cannot mend. */
  z.object({ kind: z.literal("fatal"), message: z.string() }),
  /** It wants another child to be killed; obeyed in local mode only. */
  z.object({ kind: z.literal("kill"), child: z.string() }),
]);
