import type { Redis } from "ioredis";
import { Webhook } from "standardwebhooks";
import { canonicalRecordId } from "../src/domain/crm-record-id.ts";
import { untilTrue } from "../src/process-tree/until-true.ts";
import { CRM_EVENTS_QUEUE } from "../src/queues/crm-events.ts";
import { PROMPTS_QUEUE } from "../src/queues/prompts.ts";
import { QUEUE_PREFIX } from "../src/queues/queue-settings.ts";
import { ACME, type BenchBridge, BridgeFailedError } from "./bench-bridge.ts";

const EVENTS_PER_REQUEST = 100;
const PROMPTS_PER_VISIT = 2;
/** A bridge that plans fewer visits per second than this has failed. */
const SLOWEST_PLANNING_PER_SECOND = 10;

/** One visit to be booked; times are epoch milliseconds. */
export interface Visit {
  readonly number: number;
  readonly rep: number;
  readonly startAtMs: number;
  readonly endAtMs: number;
  /** How often it was told of before. */
  readonly version?: number;
}

/** The user id of an invented rep. */
export function userIdOf(rep: number): string {
  return canonicalRecordId(`0055f${String(rep).padStart(10, "0")}`);
}

/**
 * Books visits through the front door and waits until both prompts of each are planned.
 *
 * Resolves to the visits planned per second.
 *
 * @throws {BridgeFailedError} when the bridge refuses, or plans too few.
 */
export async function bookVisits(
  bridge: BenchBridge,
  redis: Redis,
  visits: readonly Visit[],
): Promise<number> {
  const expected = (await countWaitingPrompts(redis)) + visits.length * PROMPTS_PER_VISIT;
  return tellOfVisits({ bridge, redis, expected }, visits);
}

/**
 * Tells of visits that are booked already, as they are now, and waits until their plans stand again.
 *
 * Resolves to the events followed per second.
 *
 * @throws {BridgeFailedError} when the bridge refuses, or prompts are missing afterwards.
 */
export async function tellAgain(
  bridge: BenchBridge,
  redis: Redis,
  visits: readonly Visit[],
): Promise<number> {
  const expected = await countWaitingPrompts(redis);
  return tellOfVisits({ bridge, redis, expected }, visits);
}

interface Telling {
  readonly bridge: BenchBridge;
  readonly redis: Redis;
  /** How many prompts wait in the end. */
  readonly expected: number;
}

async function tellOfVisits(
  { bridge, redis, expected }: Telling,
  visits: readonly Visit[],
): Promise<number> {
  const beganMs = performance.now();
  for (let from = 0; from < visits.length; from += EVENTS_PER_REQUEST) {
    await postEvents(bridge, visits.slice(from, from + EVENTS_PER_REQUEST).map(eventOf));
  }
  const timeoutMs = (visits.length / SLOWEST_PLANNING_PER_SECOND) * 1000;
  if (!(await untilTrue(async () => (await countOpenEvents(redis)) === 0, timeoutMs))) {
    throw new BridgeFailedError(`${await countOpenEvents(redis)} events were not followed in time`);
  }
  const planned = await countWaitingPrompts(redis);
  if (planned !== expected) {
    throw new BridgeFailedError(`${planned} prompts wait; there should be ${expected}`);
  }
  return (visits.length * 1000) / (performance.now() - beganMs);
}

/** How many prompts wait for their moment. */
export function countWaitingPrompts(redis: Redis): Promise<number> {
  return redis.zcard(`${QUEUE_PREFIX}:${PROMPTS_QUEUE}:delayed`);
}

/** A plan may add jobs and take them back; it stands when its event is done. */
export async function countOpenEvents(redis: Redis): Promise<number> {
  const key = `${QUEUE_PREFIX}:${CRM_EVENTS_QUEUE}`;
  const counts = await Promise.all([
    redis.llen(`${key}:wait`),
    redis.llen(`${key}:active`),
    redis.zcard(`${key}:prioritized`),
    redis.zcard(`${key}:delayed`),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Posts signed events, up to a hundred.
 *
 * @throws {BridgeFailedError} when they are not acknowledged.
 */
export async function postEvents({ url }: BenchBridge, events: readonly object[]): Promise<void> {
  const body = JSON.stringify({ events });
  const now = new Date();
  const id = `msg_${now.getTime()}`;
  const { status } = await fetch(`${url}/webhooks/events/${ACME.name}`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(ACME.signingSecret).sign(id, now, body),
    },
  });
  if (status !== 202) {
    throw new BridgeFailedError(`${events.length} events were answered with ${status}`);
  }
}

function eventOf({ number, rep, startAtMs, endAtMs, version = 0 }: Visit): object {
  const digits = String(number).padStart(10, "0");
  const recordId = canonicalRecordId(`08p5f${digits}`);
  const name = `Rep ${rep}`;
  return {
    eventId: `bench-${number}-${version}`,
    recordType: "ServiceAppointment",
    recordId,
    occurredAt: new Date().toISOString(),
    appointment: {
      status: "scheduled",
      startAt: new Date(startAtMs).toISOString(),
      endAt: new Date(endAtMs).toISOString(),
      title: `Roof inspection and quote, visit ${number}`,
      crmObjects: [
        { objectType: "ServiceAppointment", objectId: recordId },
        { objectType: "Lead", objectId: canonicalRecordId(`00Q5f${digits}`) },
      ],
      reps: [{ userId: userIdOf(rep), email: `rep${rep}@example.com`, name }],
    },
  };
}
