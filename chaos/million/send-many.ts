import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { CRM_EVENTS_QUEUE } from "../../src/queues/crm-events.ts";
import { QUEUE_PREFIX } from "../../src/queues/queue-settings.ts";
import { ACME } from "../world/tenants.ts";

const EVENTS_PER_REQUEST = 100;
const REQUESTS_AT_ONCE = 8;
/**
 * Senders wait above this: what is measured is memory, not how long a queue can get, and events that wait for the
 * same few visits cost each other many tries.
 */
const MOST_WAITING = 400;
const WAITING_PER_VISIT = 2;
const LOOK_AGAIN_MS = 20;
const SEND_AGAIN_MS = 250;
const HOUR_MS = 3_600_000;
/** One event in so many is about a visit of its own that begins at once, and whose prompts reach a device. */
const DUE_ONE_IN = 200;
/** They begin after this, and last as long: long enough to be planned before, on a busy machine, too. */
export const DUE_AFTER_MS = 5_000;
/** Begins the ids of those visits. */
export const DUE_VISIT_PREFIX = "08p9d";
/** Of so many events about a visit one moves it, and its prompts with it; the others rename it. */
const TURNS_PER_MOVE = 2;
/** One visit in so many goes from one rep to another and back with every move. */
const HANDED_OVER_ONE_IN = 10;

/** Where events go to, and about how many visits and reps they are. */
export interface SendManyPlan {
  readonly url: string;
  readonly redis: Redis;
  readonly visits: number;
  readonly reps: number;
  readonly beganAtMs: number;
}

/** Sends events number `from` to `until`, each until it is acknowledged; waits while too many are not followed yet. */
export async function sendMany(
  plan: SendManyPlan,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<void> {
  const mostWaiting = Math.min(MOST_WAITING, WAITING_PER_VISIT * plan.visits);
  let next = from;
  const sendOn = async () => {
    while (next < until) {
      const first = next;
      next = Math.min(until, next + EVENTS_PER_REQUEST);
      const count = next - first;
      const events = Array.from({ length: count }, (_, at) => eventOf(plan, first + at));
      await sendUntilAcked(plan.url, events);
      while ((await countWaiting(plan.redis)) > mostWaiting) {
        await delay(LOOK_AGAIN_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, sendOn));
}

/** Events that were accepted and are not followed yet. */
export async function countWaiting(redis: Redis): Promise<number> {
  const key = `${QUEUE_PREFIX}:${CRM_EVENTS_QUEUE}`;
  const counts = await Promise.all([
    redis.llen(`${key}:wait`),
    redis.llen(`${key}:active`),
    redis.zcard(`${key}:prioritized`),
    redis.zcard(`${key}:delayed`),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The user id of an invented rep. */
export function repOf(number: number): string {
  return canonicalRecordId(`0059d${String(number).padStart(10, "0")}`);
}

async function sendUntilAcked(url: string, events: readonly object[]): Promise<void> {
  const body = JSON.stringify({ events });
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${ACME.webhookSecret}`,
  };
  for (;;) {
    const answer = await fetch(`${url}/webhooks/events/${ACME.name}`, {
      method: "POST",
      ...{ headers, body },
    }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 202) {
      return;
    }
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
      throw new Error(`${events.length} events were answered with ${answer.status}`);
    }
    await delay(SEND_AGAIN_MS);
  }
}

/** Moves one of the visits of tomorrow by a minute or renames it, or books one that begins at once. */
function eventOf(plan: SendManyPlan, number: number): object {
  const isDue = number % DUE_ONE_IN === 0;
  const visit = isDue ? number / DUE_ONE_IN : number % plan.visits;
  const recordId = canonicalRecordId(
    `${isDue ? DUE_VISIT_PREFIX : "08p9e"}${String(visit).padStart(10, "0")}`,
  );
  const nowMs = Date.now();
  const turn = Math.floor(number / plan.visits);
  const move = Math.floor(turn / TURNS_PER_MOVE);
  const movedMs = plan.beganAtMs + 24 * HOUR_MS + (move % 97) * 60_000;
  const startAtMs = isDue ? nowMs + DUE_AFTER_MS : movedMs;
  const handedOver = !isDue && visit % HANDED_OVER_ONE_IN === 0 ? move % 2 : 0;
  return {
    eventId: `million-${number}`,
    recordType: "ServiceAppointment",
    recordId,
    occurredAt: new Date(nowMs).toISOString(),
    appointment: {
      status: "scheduled",
      startAt: new Date(startAtMs).toISOString(),
      endAt: new Date(startAtMs + (isDue ? DUE_AFTER_MS : HOUR_MS)).toISOString(),
      title: `Visit ${recordId}, ${turn}`,
      crmObjects: [{ objectType: "ServiceAppointment", objectId: recordId }],
      reps: [
        {
          userId: repOf((visit + handedOver) % plan.reps),
          email: "rep@example.com",
          name: "A rep",
        },
      ],
    },
  };
}
