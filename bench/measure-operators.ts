import type { Redis } from "ioredis";
import { rebuildSearch } from "../src/books/rebuild-search.ts";
import { ACME, type BenchBridge, BridgeFailedError, startBenchBridge } from "./bench-bridge.ts";
import { openBenchRedis } from "./bench-redis.ts";
import { userIdOf } from "./booked-visits.ts";
import { customerOf, fillBusyOrg, recordIdOf, touchVisit } from "./busy-org.ts";
import { withCpuTime } from "./cpu-time.ts";
import type { FigureBook } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";
import { spreadOf } from "./statistics.ts";

const APPOINTMENTS = 100_000;
/** A quick run has a tenth. */
const FEWEST = APPOINTMENTS / 10;
const ENTRIES_EACH = 10;
const STREAMS = 20;
/** Visits that change while the window is looked at, per second. */
const CHANGES_PER_SECOND = 20;
const WATCHED_MS = 10_000;
const CALL_MS = 2_500;

/** What is asked, by name; the number makes each call another one. */
const CALLS: Readonly<Record<string, (number: number) => string>> = {
  overview: () => "/overview",
  "list, from today on": () => `/appointments?from=${new Date().toISOString()}`,
  "list, anywhere": (number) =>
    `/appointments?from=${new Date(Date.now() + ((number % 40) - 20) * 86_400_000).toISOString()}`,
  "search, a customer": (number) => `/appointments?q=${customerOf(number * 31)}`,
  "search, nobody": (number) => `/appointments?q=nobody${number}`,
  "search, a word of every visit": () => "/appointments?q=inspection",
  "search, a customer's id": (number) =>
    `/appointments?q=00Q5f${String((number * 997) % FEWEST).padStart(10, "0")}`,
  "search, two words and a state": (number) =>
    `/appointments?q=roof%20${customerOf(number * 31).slice(0, 4)}&state=waiting`,
  "rep's visits": (number) => `/appointments?rep=${userIdOf(number % 400)}`,
  "rep by address": (number) => `/appointments?rep=rep${number % 400}@example.com`,
  "state that is common": () => "/appointments?state=waiting",
  "state that is rare": () => "/appointments?state=not-sent",
  "state that is rare, and a word": () => "/appointments?q=inspection&state=not-sent",
  "state that time brings": () => "/appointments?state=opened",
  "state that nothing has": () => "/appointments?state=skipped",
  "one appointment": (number) => `/appointments/${ACME.name}/${recordIdOf((number * 97) % FEWEST)}`,
  parked: () => "/parked",
  reps: () => `/reps/${ACME.name}`,
  "coverage, seven days": () => "/coverage",
  "coverage, a day of two weeks ago": () => `/coverage?from=${daysAgo(15)}&to=${daysAgo(14)}`,
  lateness: () => "/lateness",
  alerts: () => "/alerts",
  audit: () => "/audit",
  connections: () => "/connections",
};

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

/** Measures the operators' window over a large store, with live streams open and visits changing. */
export async function measureOperators(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const appointments = isQuick ? FEWEST : APPOINTMENTS;
  const bridge = await startBenchBridge(stage, { roles: "web" });
  const redis = openBenchRedis(stage, bridge.redisUrl);
  const beganMs = performance.now();
  await fillBusyOrg(redis, { appointments, entriesEach: ENTRIES_EACH });
  // The upkeep of an org that has been there for a while did this long ago.
  await rebuildSearch(redis, ACME.name, appointments + 1);
  figures.add({
    figure: "operators.filled",
    of: { appointments, timelineEntries: appointments * ENTRIES_EACH },
    values: {
      seconds: (performance.now() - beganMs) / 1000,
      searchBytesPerAppointment: (await indexBytes(redis, "*:find:*")) / appointments,
      stateBytesPerAppointment: (await indexBytes(redis, "*:facts:*")) / appointments,
    },
  });
  stage.onEnd(changeVisits(redis, appointments));
  const quiet = await watchCpu(bridge);
  await Promise.all(Array.from({ length: STREAMS }, () => openStream(stage, bridge)));
  const watched = await watchCpu(bridge);
  figures.add({
    figure: "operators.live",
    of: { streams: STREAMS, changesPerSecond: CHANGES_PER_SECOND },
    values: {
      redisShareOfCore: watched.redis,
      redisShareWithoutStreams: quiet.redis,
      redisShareOfStreams: watched.redis - quiet.redis,
      webShareOfStreams: watched.web - quiet.web,
    },
  });
  for (const [name, pathOf] of Object.entries(CALLS)) {
    await measureCall(figures, bridge, { name, pathOf, ms: isQuick ? CALL_MS / 4 : CALL_MS });
  }
}

interface Call {
  readonly name: string;
  readonly pathOf: (number: number) => string;
  readonly ms: number;
}

/** One call after the other, for a while. */
async function measureCall(
  figures: FigureBook,
  bridge: BenchBridge,
  { name, pathOf, ms }: Call,
): Promise<void> {
  const tookMs: number[] = [];
  const endMs = performance.now() + ms;
  for (let number = 0; performance.now() < endMs; number += 1) {
    const path = pathOf(number);
    const beganMs = performance.now();
    const { status } = await call(bridge, path).then(async (response) => {
      await response.arrayBuffer();
      return response;
    });
    if (status !== 200) {
      throw new BridgeFailedError(`${path} was answered with ${status}`);
    }
    // The first one warms up.
    if (number > 0) {
      tookMs.push(performance.now() - beganMs);
    }
  }
  const { p50, p95, max } = spreadOf(tookMs);
  figures.add({
    figure: "operators.call",
    of: { call: name },
    values: { calls: tookMs.length, p50Ms: p50, p95Ms: p95, maxMs: max },
  });
}

function call({ url }: BenchBridge, path: string): Promise<Response> {
  return fetch(`${url}/admin/api${path}`, {
    headers: { authorization: `Bearer ${ACME.adminApiToken}` },
  });
}

/** Opens a stream and reads it to its end, whenever that is. */
async function openStream(stage: Stage, { url }: BenchBridge): Promise<void> {
  const abort = new AbortController();
  stage.onEnd(async () => abort.abort());
  const response = await fetch(`${url}/admin/api/live`, {
    headers: { authorization: `Bearer ${ACME.adminApiToken}` },
    signal: abort.signal,
  });
  if (response.status !== 200 || response.body === null) {
    throw new BridgeFailedError(`the live stream was answered with ${response.status}`);
  }
  response.body.pipeTo(new WritableStream()).catch(() => undefined);
}

/** Has visits of the next days change, one after the other; returns what ends it. */
function changeVisits(redis: Redis, appointments: number): () => Promise<void> {
  let number = 0;
  const timer = setInterval(() => {
    number = (number + 7919) % appointments;
    void touchVisit(redis, number).catch(() => undefined);
  }, 1000 / CHANGES_PER_SECOND);
  return async () => clearInterval(timer);
}

async function watchCpu(
  bridge: BenchBridge,
): Promise<{ readonly redis: number; readonly web: number }> {
  const pids = [bridge.pidOf("redis"), bridge.pidOf("web")];
  const { cpuMs } = await withCpuTime(pids, () => pause(WATCHED_MS));
  const [redis = Number.NaN, web = Number.NaN] = cpuMs.map((ms) => ms / WATCHED_MS);
  return { redis, web };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What the keys of an index take; there is one connection alone. */
async function indexBytes(redis: Redis, pattern: string): Promise<number> {
  let bytes = 0;
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", 5_000);
    cursor = next;
    const sizes = await Promise.all(keys.map((key) => redis.memory("USAGE", key, "SAMPLES", 0)));
    bytes += sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  } while (cursor !== "0");
  return bytes;
}
