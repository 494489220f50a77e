import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { unparkUnchanged } from "../books/parked-book.ts";
import { crmEventSchema } from "../domain/crm-event.ts";
import { deliveryRefSchema } from "../domain/delivery.ts";
import type { Parked, ParkedWork } from "../domain/parked.ts";
import { promptRefSchema } from "../domain/prompt.ts";
import { CRM_EVENTS_QUEUE } from "../queues/crm-events.ts";
import { DELIVERIES_QUEUE } from "../queues/deliveries.ts";
import { PROMPTS_QUEUE } from "../queues/prompts.ts";
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
 * stays on the list. Says false for a payload whose form this version does not know.
 */
export async function replayParked(
  { redis, queues }: ReplayParkedDeps,
  parked: Parked,
): Promise<boolean> {
  const work = readableWork(parked.work);
  if (work.kind === "unreadable") {
    return false;
  }
  await enqueue(queues, work, replayIdOf(parked));
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
  }
}

/** An earlier version may have parked what this one knows again. */
function readableWork(work: ParkedWork): ParkedWork {
  if (work.kind !== "unreadable") {
    return work;
  }
  switch (work.queue) {
    case CRM_EVENTS_QUEUE: {
      const event = crmEventSchema.safeParse(work.payload);
      return event.success ? { kind: "event", event: event.data } : work;
    }
    case DELIVERIES_QUEUE: {
      const delivery = deliveryRefSchema.safeParse(work.payload);
      return delivery.success ? { kind: "delivery", delivery: delivery.data } : work;
    }
    case PROMPTS_QUEUE: {
      const prompt = promptRefSchema.safeParse(work.payload);
      return prompt.success ? { kind: "prompt", prompt: prompt.data } : work;
    }
    default:
      return work;
  }
}

function replayIdOf({ id, lastParkedAtMs }: Parked): string {
  const digest = createHash("sha256").update(id).digest("base64url");
  return `replay-${digest.slice(0, 22)}-${lastParkedAtMs}`;
}
