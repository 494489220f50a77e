import { z } from "zod";
import { moment, pageOf } from "./shared.ts";

const parkedEntry = z.object({
  id: z.string(),
  connection: z.string(),
  reason: z.string(),
  detail: z.string(),
  recordType: z.string().nullable(),
  recordId: z.string().nullable(),
  kind: z.string(),
  firstParkedAt: moment,
  lastParkedAt: moment,
});

/** A page of parked work; `reasons` counts all of it. */
export const parkedReply = pageOf(parkedEntry).extend({
  total: z.number(),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })).optional(),
});

/** One piece of parked work; personal values are hidden unless it was asked for in full. */
export const parkedWorkReply = parkedEntry.extend({
  work: z.unknown(),
  isWhole: z.boolean(),
  isReplayable: z.boolean(),
  isEditable: z.boolean(),
  whyNotEditable: z.string().nullable(),
  event: z.unknown().optional(),
});

/** One piece of work went back to its queue. */
export const replayedReply = z.object({ replayed: z.number() });

/** What a replay would take. */
export const replayCountReply = z.object({ count: z.number(), matching: z.number() });

/** A replay that began; the batch tells how far it is. */
export const replayBegunReply = z.object({
  replayed: z.number(),
  total: z.number(),
  batchId: z.string(),
});

/** How far a replay has come. */
export const replayProgressReply = z.object({
  total: z.number(),
  done: z.number(),
  failed: z.number(),
  state: z.enum(["running", "done", "canceled", "stopped"]),
});
