import type { Redis } from "ioredis";
import { saveDevice } from "../src/books/device-book.ts";
import { sealAddress } from "../src/devices/sealed-address.ts";
import { untilTrue } from "../src/process-tree/until-true.ts";
import { ACME, type BenchBridge, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis, startBenchRedis } from "./bench-redis.ts";
import { bookVisits, userIdOf } from "./booked-visits.ts";
import { withCpuTime } from "./cpu-time.ts";
import type { FigureBook } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import { type Program, startProgram } from "./program.ts";
import { drainSchema } from "./programs/noop-drain.ts";
import { type Arrivals, arrivalsSchema, sinkSchema } from "./programs/webhook-sink.ts";
import type { Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;
/** The default of `schedule.startLeadSeconds`. */
const LEAD_MS = 120_000;
const DAY_MS = 24 * HOUR_MS;
/** Booked first, to find out how fast this machine plans; they are not due before tomorrow. */
const TRIAL_VISITS = 500;
/** A burst is due when its visits are planned at this share of the speed that was seen last. */
const PLANNING_SAFETY = 0.5;
const MARGIN_MS = 3_000;
const DELIVERIES_PER_SECOND_AT_LEAST = 50;
const NOOP_CONCURRENCY = 64;
const DEVICE_SECRET = `whsec_${Buffer.alloc(24, "device").toString("base64")}`;

interface BurstSet {
  readonly bridge: BenchBridge;
  readonly redis: Redis;
  readonly sink: Program;
  readonly sinkUrl: string;
}

interface Burst {
  readonly size: number;
  /** Reps and visits of earlier bursts have lower numbers. */
  readonly from: number;
  readonly dueAtMs: number;
}

/** Measures the nine-o'clock burst: many prompts, each for another rep, due in the same millisecond. */
export async function measureBurst(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const bridge = await startBenchBridge(stage, { roles: "web,worker" });
  const sink = startProgram(stage, "webhook-sink");
  const { port } = await sink.ask({ kind: "listen" }, sinkSchema);
  const sinkUrl = `http://127.0.0.1:${port}`;
  const set = { bridge, sink, sinkUrl, redis: openBenchRedis(stage, bridge.redisUrl) };
  let perSecond = await bookVisits(
    bridge,
    set.redis,
    visitsOf({ from: 0, size: TRIAL_VISITS }, Date.now() + DAY_MS),
  );
  let from = TRIAL_VISITS;
  for (const size of isQuick ? [2000] : [2000, 10_000]) {
    await enrolDevices(set, { from, size });
    const planningMs = (size * 1000) / (perSecond * PLANNING_SAFETY);
    const dueAtMs = Math.ceil((Date.now() + MARGIN_MS + planningMs) / 1000) * 1000;
    perSecond = await runBurst(set, figures, { size, from, dueAtMs });
    from += size;
  }
  await measureNoops(stage, figures, isQuick ? [2000] : [2000, 10_000]);
}

async function runBurst(set: BurstSet, figures: FigureBook, burst: Burst): Promise<number> {
  const { bridge, redis, sink } = set;
  const { size, dueAtMs } = burst;
  await sink.ask({ kind: "forget" }, arrivalsSchema.partial());
  const plannedPerSecond = await bookVisits(bridge, redis, visitsOf(burst, dueAtMs));
  figures.add({ figure: "burst.planning", of: { visits: size }, values: { plannedPerSecond } });
  if (Date.now() > dueAtMs) {
    throw new BridgeFailedError(`${size} visits were not planned before their moment came`);
  }
  const pids = [bridge.pidOf("worker"), bridge.pidOf("redis")];
  const { result, cpuMs } = await withCpuTime(pids, () => untilArrived(set, burst));
  figures.add({
    figure: "burst.deliveries",
    of: { target: "bridge", prompts: size },
    values: {
      ...lateness(result),
      perSecond: (size * 1000) / result.max,
      sentTwice: result.requests - result.distinct,
      workerCpuUs: ((cpuMs[0] ?? Number.NaN) * 1000) / size,
      redisCpuUs: ((cpuMs[1] ?? Number.NaN) * 1000) / size,
    },
  });
  return plannedPerSecond;
}

/** One visit for each rep; all their starts are due at the same moment. */
function visitsOf({ from, size }: Pick<Burst, "from" | "size">, dueAtMs: number) {
  const startAtMs = dueAtMs + LEAD_MS;
  return Array.from({ length: size }, (_, at) => {
    const number = from + at;
    return { number, rep: number, startAtMs, endAtMs: startAtMs + HOUR_MS };
  });
}

async function untilArrived({ sink }: BurstSet, { size, dueAtMs }: Burst): Promise<Arrivals> {
  const report = () => sink.ask({ kind: "report", dueAtMs }, arrivalsSchema);
  const timeoutMs =
    dueAtMs - Date.now() + MARGIN_MS + (size / DELIVERIES_PER_SECOND_AT_LEAST) * 1000;
  await untilTrue(async () => (await report()).distinct === size, timeoutMs);
  const arrivals = await report();
  if (arrivals.distinct !== size) {
    throw new BridgeFailedError(`${arrivals.distinct} of ${size} prompts reached their device`);
  }
  return arrivals;
}

/** Enrols one webhook device for each rep, straight into the books: this is not what is measured. */
async function enrolDevices(
  { redis, sinkUrl }: BurstSet,
  { from, size }: Pick<Burst, "from" | "size">,
): Promise<void> {
  const sealedAddress = sealAddress(
    { url: `${sinkUrl}/hook`, secret: DEVICE_SECRET },
    ACME.secretKey,
  );
  const enrol = (rep: number) =>
    saveDevice(redis, {
      deviceId: `dbench${rep}`,
      connection: ACME.name,
      userId: userIdOf(rep),
      channel: "webhook",
      label: "webhook",
      state: "active",
      sealedAddress,
      addressHash: "bench",
      createdAtMs: Date.now(),
    });
  await Promise.all(Array.from({ length: size }, (_, at) => enrol(from + at)));
}

async function measureNoops(
  stage: Stage,
  figures: FigureBook,
  sizes: readonly number[],
): Promise<void> {
  const { url } = await startBenchRedis(stage);
  const drain = startProgram(stage, "noop-drain");
  for (const jobs of sizes) {
    const request = { redisUrl: url, jobs, concurrency: NOOP_CONCURRENCY };
    const late = await drain.ask(request, drainSchema);
    figures.add({
      figure: "burst.deliveries",
      of: { target: "no-op drain", prompts: jobs },
      values: { ...lateness(late), perSecond: (jobs * 1000) / late.max },
    });
  }
}

function lateness({ p50, p99, max }: Pick<Arrivals, "p50" | "p99" | "max">) {
  return { lateP50Ms: p50, lateP99Ms: p99, lateMaxMs: max };
}
