import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { connectionSchema } from "../src/domain/connection.ts";
import { untilTrue } from "../src/process-tree/until-true.ts";
import { CRM_EVENTS_QUEUE } from "../src/queues/crm-events.ts";
import { QUEUE_PREFIX } from "../src/queues/queue-settings.ts";
import { createReader } from "../src/salesforce/coalesce-reads.ts";
import { openOrg } from "../src/salesforce/open-org.ts";
import { IDS_PER_QUERY } from "../src/salesforce/read-records.ts";
import { type BenchBridge, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { countOpenEvents, countWaitingPrompts, postEvents } from "./booked-visits.ts";
import type { FigureBook } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import { type Program, startProgram } from "./program.ts";
import { openedOrgSchema, orgCallsSchema } from "./programs/stub-org.ts";
import type { Stage } from "./stage.ts";
import { acrossRuns, spreadOf } from "./statistics.ts";

const THOUSAND = 1_000;
const PER_MESSAGE = 100;
const BURSTS = 3;
/** As many as an hour's worth of a large org, hurried; the queue keeps their times. */
const TRICKLE = { events: 400, perSecond: 20 };
const PROMPTS_PER_VISIT = 2;
const PLANNED_WITHIN_MS = 60_000;
const DIRECT_READS = 50;

interface OrgSet {
  readonly bridge: BenchBridge;
  readonly redis: Redis;
  readonly org: Program;
}

/**
 * Measures what events that carry an id only cost in calls of the org, and how long they take to become a plan:
 * a thousand at once, and one after the other. The stub org is another process.
 */
export async function measureSalesforce(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const bursts = isQuick ? 1 : BURSTS;
  const trickle = isQuick ? { ...TRICKLE, events: TRICKLE.events / 4 } : TRICKLE;
  const org = startProgram(stage, "stub-org");
  const appointments = bursts * THOUSAND + trickle.events;
  const opened = await org.ask({ kind: "open", appointments }, openedOrgSchema);
  const bridge = await startBenchBridge(stage, {
    roles: "web,worker",
    connection: connectionTo(opened),
  });
  const set = { bridge, org, redis: openBenchRedis(stage, bridge.redisUrl) };
  await measureBursts(set, figures, opened.recordIds.slice(0, bursts * THOUSAND));
  await measureTrickle(set, figures, {
    recordIds: opened.recordIds.slice(bursts * THOUSAND),
    perSecond: trickle.perSecond,
    directMs: await readDirectly(opened),
  });
}

/** Nothing but the events asks the org: the poll is off. */
function connectionTo(opened: z.infer<typeof openedOrgSchema>) {
  const { url, organizationId, clientId, clientSecret } = opened;
  return {
    organizationId,
    salesforce: {
      instanceUrl: url,
      auth: { kind: "client-credentials", clientId, clientSecret },
    },
    reconcile: { everySeconds: 0 },
  };
}

async function measureBursts(
  set: OrgSet,
  figures: FigureBook,
  recordIds: readonly string[],
): Promise<void> {
  const calls: number[] = [];
  const tookMs: number[] = [];
  for (let from = 0; from < recordIds.length; from += THOUSAND) {
    const own = recordIds.slice(from, from + THOUSAND);
    const beganMs = performance.now();
    calls.push(await countCalls(set, own.length, () => tellAtOnce(set, own)));
    tookMs.push(performance.now() - beganMs);
  }
  figures.add({
    figure: "salesforce.burst",
    of: { appointments: THOUSAND, leastCalls: THOUSAND / IDS_PER_QUERY },
    values: {
      runs: calls.length,
      ...acrossRuns("callsPer1000", calls),
      ...acrossRuns("allPlannedMs", tookMs),
    },
  });
}

interface Trickle {
  readonly recordIds: readonly string[];
  readonly perSecond: number;
  readonly directMs: number;
}

async function measureTrickle(
  set: OrgSet,
  figures: FigureBook,
  { recordIds, perSecond, directMs }: Trickle,
): Promise<void> {
  const calls = await countCalls(set, recordIds.length, async () => {
    const beganMs = performance.now();
    for (const [at, recordId] of recordIds.entries()) {
      await delay(Math.max(0, beganMs + (at * 1000) / perSecond - performance.now()));
      // Not awaited: an answer that is late must not put off the next event.
      void postEvents(set.bridge, [eventOf(recordId)]).catch(() => undefined);
    }
  });
  const { p50, p99, max } = spreadOf(await readTimesToPlan(set.redis, recordIds));
  figures.add({
    figure: "salesforce.trickle",
    of: { appointments: recordIds.length, perSecond },
    values: {
      callsPer1000: (calls * THOUSAND) / recordIds.length,
      eventToPlanP50Ms: p50,
      eventToPlanP99Ms: p99,
      eventToPlanMaxMs: max,
      bareReadP50Ms: directMs,
    },
  });
}

async function tellAtOnce({ bridge }: OrgSet, recordIds: readonly string[]): Promise<void> {
  for (let from = 0; from < recordIds.length; from += PER_MESSAGE) {
    await postEvents(bridge, recordIds.slice(from, from + PER_MESSAGE).map(eventOf));
  }
}

/**
 * Counts the calls that read records until the plans of all stand.
 *
 * @throws {BridgeFailedError} when some do not.
 */
async function countCalls(
  { org, redis }: OrgSet,
  appointments: number,
  tell: () => Promise<void>,
): Promise<number> {
  const expected = (await countWaitingPrompts(redis)) + appointments * PROMPTS_PER_VISIT;
  await org.ask({ kind: "forget" }, orgCallsSchema.partial());
  await tell();
  const isOver = async () =>
    (await countWaitingPrompts(redis)) === expected && (await countOpenEvents(redis)) === 0;
  if (!(await untilTrue(isOver, PLANNED_WITHIN_MS))) {
    throw new BridgeFailedError(
      `${await countWaitingPrompts(redis)} prompts wait; there should be ${expected}`,
    );
  }
  return (await org.ask({ kind: "calls" }, orgCallsSchema)).composites;
}

function eventOf(recordId: string): object {
  const occurredAt = new Date().toISOString();
  return { eventId: `told-${recordId}`, recordType: "ServiceAppointment", recordId, occurredAt };
}

/** From the moment an event was stored until its plan stood, as the queue remembers both. */
async function readTimesToPlan(
  redis: Redis,
  recordIds: readonly string[],
): Promise<readonly number[]> {
  const queue = new Queue(CRM_EVENTS_QUEUE, { connection: redis, prefix: QUEUE_PREFIX });
  const wanted = new Set(recordIds);
  const jobs = await queue.getCompleted(0, -1);
  await queue.close();
  return jobs
    .filter(({ data }) => wanted.has(data.recordId))
    .map(({ finishedOn = Number.NaN, timestamp }) => finishedOn - timestamp);
}

/** The floor of a plan: reading one record, with nothing around it. */
async function readDirectly(opened: z.infer<typeof openedOrgSchema>): Promise<number> {
  const reader = createReader(
    openOrg(
      connectionSchema.parse({
        ...connectionTo(opened),
        name: "bench",
        webhookSecrets: ["x".repeat(32)],
      }),
    ),
    { flushAfterMs: 0 },
  );
  const tookMs: number[] = [];
  for (const recordId of opened.recordIds.slice(0, DIRECT_READS)) {
    const beganMs = performance.now();
    await reader.read({ recordType: "ServiceAppointment", recordId });
    tookMs.push(performance.now() - beganMs);
  }
  return spreadOf(tookMs).p50;
}
