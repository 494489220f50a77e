import { z } from "zod";
import { channelKindSchema } from "./device.ts";

/**
 * What a rung can reach: a rep's first device, all others, or the devices of one channel.
 *
 * `webhook` and `pull` may stand there and change nothing: the one gets everything at once, the other asks by itself.
 */
const RUNGS: readonly string[] = ["primary", "others", ...channelKindSchema.options];

/** A longest wait of a day, in seconds. */
const waitSchema = z.int().min(0).max(86_400);

const rungSchema = z
  .strictObject({
    afterSeconds: waitSchema,
    to: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  })
  .superRefine(({ to }, context) => {
    for (const name of [to].flat().filter((one) => !RUNGS.includes(one))) {
      const message = `"${name}" must be one of ${RUNGS.join(", ")}`;
      context.addIssue({ code: "custom", path: ["to"], message });
    }
  });

/** Which of a rep's devices is tried how long after a prompt's moment. */
export const ladderSchema = z.array(rungSchema).min(1);
