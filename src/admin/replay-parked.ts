import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { unparkUnchanged } from "../books/parked-book.ts";
import { crmEventSchema } from "../domain/crm-event.ts";
import { deliveryRefSchema } from "../domain/delivery.ts";
import type { Parked, ParkedWork } from "../domain/parked.ts";
import { promptRefSchema } from "../domain/prompt.ts";
import { mendJobSchema } from "../domain/siro-mend.ts";
import { syncRefSchema } from "../domain/siro-sync.ts";
import { writeBackRefSchema } from "../domain/write-back.ts";
import { CRM_EVENTS_QUEUE } from "../queues/crm-events.ts";
import { DELIVERIES_QUEUE } from "../queues/deliveries.ts";
import { isNewerPayload } from "../queues/payload-version.ts";
import { PROMPTS_QUEUE } from "../queues/prompts.ts";
import { SIRO_MENDS_QUEUE } from "../queues/siro-mends.ts";
import { SIRO_SYNCS_QUEUE } from "../queues/siro-syncs.ts";
import { WRITE_BACKS_QUEUE } from "../queues/write-backs.ts";
import type { AdminQueues } from "./admin-queues.ts";

/** What replaying needs from the world. */
export interface ReplayParkedDeps {
  readonly redis: Redis;
  readonly queues: AdminQueues;
}

/**
 * Hands parked work back to its queue, then takes it off the list.
 *
 * Asked twice, it runs once: the job id comes from the entry. Work that parks again before this returns
 * stays on the list. Work that was mended by hand takes the place of what is parked. Says false for a payload
 * whose form this version does not know.
 */
export async function replayParked(
  { redis, queues }: ReplayParkedDeps,
  parked: Parked,
  mended?: ReadableWork,
): Promise<boolean> {
  const work = mended ?? readableWork(parked.work);
  if (work.kind === "unreadable") {
    return false;
  }
  await enqueue(queues, work, replayIdOf(parked, mended));
  await unparkUnchanged(redis, parked);
  return true;
}

/** Says whether this version can hand the work back. */
export function isReplayable({ work }: Parked): boolean {
  return readableWork(work).kind !== "unreadable";
}

type ReadableWork = Exclude<ParkedWork, { readonly kind: "unreadable" }>;

function enqueue(queues: AdminQueues, work: ReadableWork, replayId: string): Promise<void> {
  switch (work.kind) {
    case "event":
      return queues.crmEvents.replay(work.event, replayId);
    case "delivery":
      return queues.deliveries.replay(work.delivery, replayId);
    case "prompt":
      return queues.prompts.replay(work.prompt, replayId);
    case "mend":
      return queues.siroMends.replay(work.prompt, replayId);
    case "sync":
      return queues.siroSyncs.replay(work.visit, replayId);
    case "write-back":
      return queues.writeBacks.replay(work.writeBack, replayId);
  }
}

/** Parked work as this version reads it: an earlier one may have parked what this one knows again. */
export function readableWork(work: ParkedWork): ParkedWork {
  if (work.kind !== "unreadable" || isNewerPayload(work.queue, work.payload)) {
    return work;
  }
  const isItsJob = work.queue !== DELIVERIES_QUEUE || [undefined, "deliver"].includes(work.job);
  const read = isItsJob ? READERS.get(work.queue) : undefined;
  return read?.safeParse(work.payload).data ?? work;
}

/** Payloads as the work they are, by the queue they came from. */
const READERS: ReadonlyMap<string, z.ZodType<ReadableWork>> = new Map<
  string,
  z.ZodType<ReadableWork>
>([
  [CRM_EVENTS_QUEUE, crmEventSchema.transform((event) => ({ kind: "event", event }))],
  [DELIVERIES_QUEUE, deliveryRefSchema.transform((delivery) => ({ kind: "delivery", delivery }))],
  [PROMPTS_QUEUE, promptRefSchema.transform((prompt) => ({ kind: "prompt", prompt }))],
  [SIRO_MENDS_QUEUE, mendJobSchema.transform((prompt) => ({ kind: "mend", prompt }))],
  [SIRO_SYNCS_QUEUE, syncRefSchema.transform((visit) => ({ kind: "sync", visit }))],
  [
    WRITE_BACKS_QUEUE,
    writeBackRefSchema.transform((writeBack) => ({ kind: "write-back", writeBack })),
  ],
]);

/** Another edit is another job. */
function replayIdOf({ id, lastParkedAtMs }: Parked, mended: ReadableWork | undefined): string {
  const named = mended === undefined ? id : `${id}\n${JSON.stringify(mended)}`;
  const digest = createHash("sha256").update(named).digest("base64url");
  return `replay-${digest.slice(0, 22)}-${lastParkedAtMs}`;
}
