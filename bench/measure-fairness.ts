import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { z } from "zod";
import { saveDevice } from "../src/books/device-book.ts";
import { sealAddress } from "../src/devices/sealed-address.ts";
import { untilTrue } from "../src/process-tree/until-true.ts";
import { CRM_EVENTS_QUEUE } from "../src/queues/crm-events.ts";
import { QUEUE_PREFIX } from "../src/queues/queue-settings.ts";
import { ACME, type BenchBridge, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import type { FigureBook } from "./figures.ts";
import {
  eventOf,
  makeNeighbour,
  NEIGHBOUR,
  post,
  recordIdOf,
  type Sender,
  userIdOf,
} from "./neighbours.ts";
import type { BenchOptions } from "./options.ts";
import { type Program, startProgram } from "./program.ts";
import { type Behaviour, neighbourSchema } from "./programs/neighbour-sink.ts";
import type { Stage } from "./stage.ts";
import { spreadOf } from "./statistics.ts";

const DAY_MS = 86_400_000;
const DEVICE_SECRET = `whsec_${Buffer.alloc(24, "device").toString("base64")}`;
/** The neighbour's prompts are due one after the other; as many again are booked when their moment has come. */
const DUE = 60;
const DUE_EVERY_MS = 150;
const BOOKED = 30;
const MARGIN_MS = 3_000;
/** Booked first, to find out how fast this machine plans. */
const TRIAL_VISITS = 300;
const PLANNING_SAFETY = 2.5;
const PATIENCE_MS = 300_000;

interface Neighbourhood {
  readonly bridge: BenchBridge;
  readonly redis: Redis;
  readonly sink: Program;
  readonly flooding: Sender;
  readonly neighbour: Sender;
}

/** What the flooding connection does while the neighbour's prompts are due. */
interface Disturbance {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** Its prompts that are due in the moment in which the neighbour's begin. */
  readonly prompts: number;
  /** Its events about days ahead, posted as fast as they are taken, from a second before. */
  readonly events: number;
}

interface RunnableCase extends Disturbance {
  /** Where the sink listens. */
  readonly url: string;
  /** How long a visit takes to be planned here. */
  readonly msPerVisit: number;
}

let number = 0;

/** Measures how late one connection's prompts are while another one is quiet, floods, or has trouble with its provider. */
export async function measureFairness(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const sink = startProgram(stage, "neighbour-sink");
  const { port } = await sink.ask({ kind: "listen" }, z.object({ port: z.int() }));
  const set: Neighbourhood = {
    ...{ bridge, sink, flooding: ACME, neighbour: await makeNeighbour(bridge) },
    redis: openBenchRedis(stage, bridge.redisUrl),
  };
  const sizes = isQuick
    ? { events: 2_000, burst: 1_000, troubled: 200 }
    : { events: 20_000, burst: 5_000, troubled: 1_000 };
  const cases: readonly Disturbance[] = [
    { name: "nothing", behaviour: "takes", prompts: 0, events: 0 },
    { name: "events", behaviour: "takes", prompts: 0, events: sizes.events },
    { name: "prompts at once", behaviour: "takes", prompts: sizes.burst, events: 0 },
    { name: "429", behaviour: "throttles", prompts: sizes.troubled, events: 0 },
    { name: "no answer", behaviour: "hangs", prompts: sizes.troubled, events: 0 },
  ];
  const beganMs = performance.now();
  await flood(set, TRIAL_VISITS);
  await untilPlanned(set.redis);
  const msPerVisit = (performance.now() - beganMs) / TRIAL_VISITS;
  for (const disturbance of cases) {
    await runCase(set, figures, { ...disturbance, msPerVisit, url: `http://127.0.0.1:${port}` });
  }
}

async function runCase(
  set: Neighbourhood,
  figures: FigureBook,
  { url, msPerVisit, ...disturbance }: RunnableCase,
): Promise<void> {
  const { name, behaviour, prompts, events } = disturbance;
  await set.sink.ask({ kind: "begin", behaviour }, z.object({}));
  const burst = await visitsWithDevices(set, {
    sender: ACME.name,
    count: prompts,
    url: `${url}/flood`,
  });
  const due = await visitsWithDevices(set, {
    ...NEIGHBOUR_SENDER,
    count: DUE,
    url: `${url}/neighbour`,
  });
  const late = await visitsWithDevices(set, {
    ...NEIGHBOUR_SENDER,
    count: BOOKED,
    url: `${url}/neighbour`,
  });
  const planningMs = (prompts + DUE) * msPerVisit * PLANNING_SAFETY;
  const beginAtMs = Date.now() + MARGIN_MS + planningMs;
  const dueAtMs = new Map(due.map((visit, at) => [visit, beginAtMs + at * DUE_EVERY_MS]));
  await post(
    set.bridge,
    set.flooding,
    burst.map((visit) => eventOf(visit, beginAtMs)),
  );
  await post(
    set.bridge,
    set.neighbour,
    due.map((visit) => eventOf(visit, dueAtMs.get(visit) ?? 0)),
  );
  await untilPlanned(set.redis);
  if (Date.now() > beginAtMs) {
    throw new BridgeFailedError("the visits were not planned before their moment came");
  }
  await delay(Math.max(0, beginAtMs - 1_000 - Date.now()));
  const [, bookedAtMs] = await Promise.all([flood(set, events), bookLate(set, late)]);
  const arrived = await untilArrived(set.sink, DUE + BOOKED);
  const ofDue = [...dueAtMs].map(([visit, atMs]) => (arrived.get(recordIdOf(visit)) ?? 0) - atMs);
  const ofBooked = [...bookedAtMs].map(
    ([visit, atMs]) => (arrived.get(recordIdOf(visit)) ?? 0) - atMs,
  );
  const [lateMs, bookedMs] = [spreadOf(ofDue), spreadOf(ofBooked)];
  figures.add({
    figure: "fairness",
    of: { beside: name, prompts, events },
    values: {
      ...{ lateP50Ms: lateMs.p50, lateP99Ms: lateMs.p99, lateMaxMs: lateMs.max },
      ...{ bookedP50Ms: bookedMs.p50, bookedP99Ms: bookedMs.p99, bookedMaxMs: bookedMs.max },
    },
  });
  await untilPlanned(set.redis);
}

const NEIGHBOUR_SENDER = { sender: NEIGHBOUR.name };

interface Wanted {
  readonly sender: string;
  readonly count: number;
  readonly url: string;
}

/** Numbers for visits, each of a rep of its own with one webhook device, written straight into the books. */
async function visitsWithDevices(
  { redis }: Neighbourhood,
  { sender, count, url }: Wanted,
): Promise<readonly number[]> {
  const sealedAddress = sealAddress({ url, secret: DEVICE_SECRET }, ACME.secretKey);
  const numbers = nextNumbers(count);
  const enrol = (visit: number) =>
    saveDevice(redis, {
      deviceId: `dfair${visit}`,
      connection: sender,
      userId: userIdOf(visit),
      channel: "webhook",
      label: "webhook",
      state: "active",
      sealedAddress,
      addressHash: "bench",
      createdAtMs: Date.now(),
    });
  await Promise.all(numbers.map(enrol));
  return numbers;
}

function nextNumbers(count: number): readonly number[] {
  const from = number;
  number += count;
  return Array.from({ length: count }, (_, at) => from + at);
}

/** Visits far ahead of reps without a device. */
async function flood({ bridge, flooding }: Neighbourhood, events: number): Promise<void> {
  await post(
    bridge,
    flooding,
    nextNumbers(events).map((visit) => eventOf(visit, Date.now() + DAY_MS)),
  );
}

/** Books visits whose moment has come, one by one, and says when. */
async function bookLate(
  { bridge, neighbour }: Neighbourhood,
  visits: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const atMs = new Map<number, number>();
  for (const visit of visits) {
    await delay((DUE * DUE_EVERY_MS) / BOOKED);
    atMs.set(visit, Date.now());
    await post(bridge, neighbour, [eventOf(visit, Date.now() - 1_000)]);
  }
  return atMs;
}

async function untilPlanned(redis: Redis): Promise<void> {
  const key = `${QUEUE_PREFIX}:${CRM_EVENTS_QUEUE}`;
  const countOpen = async () =>
    (await redis.llen(`${key}:wait`)) +
    (await redis.llen(`${key}:active`)) +
    (await redis.zcard(`${key}:prioritized`)) +
    (await redis.zcard(`${key}:delayed`));
  if (!(await untilTrue(async () => (await countOpen()) === 0, PATIENCE_MS))) {
    throw new BridgeFailedError("the events were not worked off");
  }
}

async function untilArrived(sink: Program, count: number): Promise<ReadonlyMap<string, number>> {
  const read = async () => new Map((await sink.ask({ kind: "report" }, neighbourSchema)).arrived);
  await untilTrue(async () => (await read()).size === count, PATIENCE_MS);
  const arrived = await read();
  if (arrived.size !== count) {
    throw new BridgeFailedError(`${arrived.size} of ${count} prompts reached the neighbour`);
  }
  return arrived;
}
