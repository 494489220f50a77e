import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { saveDevice } from "../src/books/device-book.ts";
import { sealAddress } from "../src/devices/sealed-address.ts";
import { untilTrue } from "../src/process-tree/until-true.ts";
import { ACME, type BenchBridge, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { bookVisits, userIdOf } from "./booked-visits.ts";
import { withCpuTime } from "./cpu-time.ts";
import { type Program, startProgram } from "./program.ts";
import { type Arrivals, arrivalsSchema, reachedSchema } from "./programs/arrival-tally.ts";
import { pushServiceSchema } from "./programs/push-service.ts";
import { DEVICE_SECRET, sinkSchema } from "./programs/webhook-sink.ts";
import type { Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The default of `schedule.startLeadSeconds`. */
const LEAD_MS = 120_000;
/** Booked first, to find out how fast this machine plans; they are not due before tomorrow. */
const TRIAL_VISITS = 500;
/** A burst is due when its visits are planned at this share of the speed that was seen last. */
const PLANNING_SAFETY = 0.5;
const MARGIN_MS = 3_000;
/** A machine at work with other things is slow, not wrong. */
const ARRIVAL_MARGIN_MS = 20_000;
const DELIVERIES_PER_SECOND_AT_LEAST = 50;

/** The channels that are measured. */
export type BenchChannel = "webhook" | "web-push";

/** A bridge with a sink for each channel. */
export interface DeliverySite {
  readonly bridge: BenchBridge;
  /** The process ids of all workers. */
  readonly workerPids: number[];
  /** What further processes of this bridge must be told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly redis: Redis;
  readonly sinks: Readonly<Record<BenchChannel, Sink>>;
  /** How fast visits were planned last. */
  perSecond: number;
  /** Reps from this number on have nothing yet. */
  nextRep: number;
}

interface Sink {
  readonly program: Program;
  addressOf(rep: number): object;
}

/** Prompts of as many reps, due at one moment or spread evenly over a while. */
export interface PromptLoad {
  readonly channel: BenchChannel;
  readonly size: number;
  readonly overMs?: number;
}

/** What came of a load. */
export interface DeliveryRun extends Arrivals {
  readonly size: number;
  readonly plannedPerSecond: number;
  readonly workerCpuMs: number;
  readonly redisCpuMs: number;
}

/** Starts a bridge and sinks; `reps` is how many will be needed in all. */
export async function openDeliverySite(stage: Stage, reps: number): Promise<DeliverySite> {
  const hooks = startProgram(stage, "webhook-sink");
  const { port } = await hooks.ask({ kind: "listen" }, sinkSchema);
  const pushes = startProgram(stage, "push-service");
  const service = await pushes.ask(
    { kind: "listen", devices: reps + TRIAL_VISITS },
    pushServiceSchema,
  );
  const certFile = join(stage.makeFolder(), "push-service.pem");
  writeFileSync(certFile, service.cert);
  const environment = {
    NODE_EXTRA_CA_CERTS: certFile,
    VAPID_SUBJECT: "mailto:ops@acme-roofing.com",
  };
  const bridge = await startBenchBridge(stage, { roles: "web,worker", environment });
  const redis = openBenchRedis(stage, bridge.redisUrl);
  const sinks = {
    webhook: {
      program: hooks,
      addressOf: (rep: number) => ({
        url: `http://127.0.0.1:${port}/hook/${rep}`,
        secret: DEVICE_SECRET,
      }),
    },
    "web-push": {
      program: pushes,
      addressOf: (rep: number) => ({
        endpoint: `https://127.0.0.1:${service.port}/wpush/${rep}`,
        keys: service.keys[rep],
      }),
    },
  };
  const tomorrow = { from: 0, size: TRIAL_VISITS, dueAtMs: Date.now() + DAY_MS, overMs: 0 };
  const perSecond = await bookVisits(bridge, redis, visitsOf(tomorrow));
  const workerPids = [bridge.pidOf("worker")];
  return { bridge, workerPids, environment, redis, sinks, perSecond, nextRep: TRIAL_VISITS };
}

/** Starts one more worker process on the same Redis, with a supervisor of its own. */
export async function addWorker(stage: Stage, site: DeliverySite): Promise<void> {
  const { bridge, environment, workerPids } = site;
  const another = await startBenchBridge(stage, {
    roles: "worker",
    environment: { ...environment, REDIS_URL: bridge.redisUrl },
  });
  workerPids.push(another.pidOf("worker"));
}

/**
 * Enrols reps, books a visit for each, and waits until all of their starts reached their device.
 *
 * @throws {BridgeFailedError} when one does not, or what came is not genuine.
 */
export async function deliver(
  site: DeliverySite,
  { channel, size, overMs = 0 }: PromptLoad,
): Promise<DeliveryRun> {
  const { bridge, redis } = site;
  const { program } = site.sinks[channel];
  const from = site.nextRep;
  site.nextRep += size;
  await enrolDevices(site, channel, { from, size });
  await program.ask({ kind: "forget" }, reachedSchema.partial());
  const planningMs = (size * 1000) / (site.perSecond * PLANNING_SAFETY);
  const dueAtMs = Math.ceil((Date.now() + MARGIN_MS + planningMs) / 1000) * 1000;
  const due = { from, size, dueAtMs, overMs };
  site.perSecond = await bookVisits(bridge, redis, visitsOf(due));
  if (Date.now() > dueAtMs) {
    throw new BridgeFailedError(`${size} visits were not planned before their moment came`);
  }
  const pids = [bridge.pidOf("redis"), ...site.workerPids];
  const { result, cpuMs } = await withCpuTime(pids, () => untilArrived(program, due));
  const [redisCpuMs = Number.NaN, ...workers] = cpuMs;
  const workerCpuMs = workers.reduce((sum, one) => sum + one, 0);
  return { ...result, size, plannedPerSecond: site.perSecond, workerCpuMs, redisCpuMs };
}

interface Due {
  readonly from: number;
  readonly size: number;
  readonly dueAtMs: number;
  readonly overMs: number;
}

/** One visit for each rep, so that none waits for another. */
function visitsOf({ from, size, dueAtMs, overMs }: Due) {
  return Array.from({ length: size }, (_, at) => {
    const number = from + at;
    const startAtMs = dueAtMs + Math.floor((at * overMs) / size) + LEAD_MS;
    return { number, rep: number, startAtMs, endAtMs: startAtMs + HOUR_MS };
  });
}

async function untilArrived(program: Program, due: Due): Promise<Arrivals> {
  const { size, dueAtMs, overMs } = due;
  const count = () => program.ask({ kind: "count" }, reachedSchema);
  const sendingMs = (size / DELIVERIES_PER_SECOND_AT_LEAST) * 1000;
  const timeoutMs = dueAtMs - Date.now() + overMs + sendingMs + ARRIVAL_MARGIN_MS;
  await untilTrue(async () => (await count()).distinct === size, timeoutMs);
  const arrivals = await program.ask({ kind: "report", due }, arrivalsSchema);
  if (arrivals.distinct !== size) {
    throw new BridgeFailedError(`${arrivals.distinct} of ${size} prompts reached their device`);
  }
  if (arrivals.genuine !== arrivals.looked) {
    throw new BridgeFailedError(
      `${arrivals.looked - arrivals.genuine} of ${arrivals.looked} messages that were looked at are not genuine`,
    );
  }
  return arrivals;
}

/** Enrols one device for each rep, straight into the books: this is not what is measured. */
async function enrolDevices(
  { redis, sinks }: DeliverySite,
  channel: BenchChannel,
  { from, size }: Pick<Due, "from" | "size">,
): Promise<void> {
  const enrol = (rep: number) =>
    saveDevice(redis, {
      deviceId: `dbench${rep}`,
      connection: ACME.name,
      userId: userIdOf(rep),
      channel,
      label: channel,
      state: "active",
      sealedAddress: sealAddress(sinks[channel].addressOf(rep), ACME.secretKey),
      addressHash: `bench${rep}`,
      createdAtMs: Date.now(),
    });
  await Promise.all(Array.from({ length: size }, (_, at) => enrol(from + at)));
}
