import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { keyspace } from "../../src/keyspace.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import {
  aVisit,
  openPipelineStage,
  type PipelineStage,
  type StageRep,
} from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";

const ACME = "acme";
const BETA = "beta";
const SLOW = "slow";
const NORTH = "north";
const SOUTH = "south";
const AT_ONCE = { reconcile: { everySeconds: 0 }, schedule: { startLeadSeconds: 0 } };
const LIMITED = 16;
const EVERY_MS = 200;
const FLOOD_EVENTS = 1_500;
const PROMPTS = 200;
const PER_MESSAGE = 100;
const LONG_AGO_MS = 11 * 60_000;
const MOMENT_IN_MS = 10_000;
/** How long a prompt may wait for its confirmation, and what a busy machine needs to send them all. */
const MOST_LATE_MS = 6_000;

let stage: PipelineStage;
let org: StubOrg;
beforeAll(async () => {
  stage = await openPipelineStage({
    acme: AT_ONCE,
    connections: {
      [BETA]: AT_ONCE,
      [SLOW]: { ...AT_ONCE, limits: { attemptsPerSecond: 5 } },
      [NORTH]: AT_ONCE,
      [SOUTH]: AT_ONCE,
    },
    hosts: { [NORTH]: "localhost", [SOUTH]: "localhost" },
    env: { PROVIDER_LIMITS: "localhost=5/s", OUTBOUND_ALLOW: "127.0.0.1,localhost" },
  });
  ({ org } = stage);
});
afterEach(async () => {
  org.faults.clear();
  org.usage.used = 0;
  stage.pass(300_000);
  await stage.redis.del(keyspace.orgNote(ACME));
});
afterAll(async () => {
  await stage.close();
});

interface Burst {
  readonly momentMs: number;
  readonly ids: readonly string[];
  readonly reps: readonly StageRep[];
}

/** Visits of as many reps that all start at one moment, and that nobody has looked at for long. */
async function aBurst(): Promise<Burst> {
  const reps: StageRep[] = [];
  for (let at = 0; at < PROMPTS; at += 1) {
    reps.push(await stage.aRep());
  }
  const momentMs = Math.ceil((Date.now() + MOMENT_IN_MS) / 1000) * 1000;
  const SchedStartTime = new Date(momentMs);
  const ids = reps.map((rep) =>
    aVisit(org, { from: 0, until: 60, reps: [rep], own: { SchedStartTime } }),
  );
  for (let at = 0; at < ids.length; at += PER_MESSAGE) {
    await stage.tell("ServiceAppointment", ids.slice(at, at + PER_MESSAGE));
  }
  await until(async () => (await Promise.all(ids.map((id) => stage.dossier(id)))).every(Boolean), {
    timeoutMs: 20_000,
    what: "all visits to be known",
  });
  const burst = { momentMs, ids, reps };
  await readLongAgo(burst);
  expect(Date.now()).toBeLessThan(momentMs);
  return burst;
}

async function readLongAgo({ ids }: Burst): Promise<void> {
  for (const recordId of ids) {
    await changeAppointment(stage.redis, { connection: ACME, recordId }, (stored) => {
      if (stored === undefined) {
        throw new Error("the visit is not known");
      }
      const version = { ...stored.version, readAtMs: Date.now() - LONG_AGO_MS };
      return { result: undefined, next: { ...stored, version }, commands: [] };
    });
  }
}

/** How late the start of each visit went out, in order. */
async function latenessOf({ momentMs, ids, reps }: Burst): Promise<readonly number[]> {
  await until(() => reps.every((rep) => rep.actions().length > 0), {
    timeoutMs: 60_000,
    what: "all starts to arrive",
  });
  const dossiers = await Promise.all(ids.map((id) => stage.dossier(id)));
  return dossiers
    .flatMap((dossier) => dossier?.prompts.filter(({ action }) => action === "start") ?? [])
    .map(({ firedAtMs = Number.NaN }) => firedAtMs - momentMs)
    .sort((left, right) => left - right);
}

describe("many prompts of one moment whose visits nobody has looked at for long", () => {
  test.each([400, 1_500])("wait together, once, for an org that takes %d ms", async (delayMs) => {
    const burst = await aBurst();
    org.faults.inject({ kind: "slow", delayMs }, { times: "forever" });
    org.calls.reset();
    const lateness = await latenessOf(burst);
    expect(lateness).toHaveLength(PROMPTS);
    expect(lateness.at(-1)).toBeLessThan(MOST_LATE_MS);
    expect(org.calls.dataCalls).toBeLessThanOrEqual(3);
  }, 120_000);

  test("ask for nothing once four fifths of the day's calls are used", async () => {
    const burst = await aBurst();
    org.usage.used = Math.round(org.usage.limit * 0.8);
    await stage.tell("ServiceAppointment", burst.ids.slice(0, 1));
    await readLongAgo(burst);
    org.calls.reset();
    await latenessOf(burst);
    expect(org.calls.dataCalls).toBe(0);
  }, 120_000);
});

describe("a flood of one connection's events", () => {
  test("lets another connection's visit be planned and its prompt reach the device meanwhile", async () => {
    const { crmEvents } = stage.kit;
    const { queue } = crmEvents;
    const rep = await stage.aRep({}, BETA);
    const visitId = aVisit(org, { from: -1, until: 60, reps: [rep] });
    const flood = Array.from({ length: FLOOD_EVENTS }, (_, at) => aFloodEvent(at));
    // The whole flood is there before any of it is taken up, however fast this machine is.
    await queue.pause();
    for (let at = 0; at < flood.length; at += PER_MESSAGE) {
      await crmEvents.put(flood.slice(at, at + PER_MESSAGE));
    }
    const news = { objectType: "ServiceAppointment", recordIds: [visitId], fields: ["Id"] };
    await org.sendOutboundMessage(stage.door(BETA), news);
    await queue.resume();
    await until(() => rep.actions().length > 0, { timeoutMs: 60_000, what: "the start to arrive" });
    await stage.untilQuiet();
    const last = await queue.getJobs(["completed"]);
    const own = last.find(({ data }) => data.connection === BETA);
    const begunLater = last.filter(({ processedOn = 0 }) => processedOn >= (own?.processedOn ?? 0));
    // Of those that ended last nearly all began after it; or it ended so early that it is not among them any more.
    expect(begunLater.length).toBeGreaterThan(last.length / 2);
    expect(last.length).toBeGreaterThan(FLOOD_EVENTS / 4);
  }, 120_000);
});

/** Has visits of as many reps of each connection planned whose start is due at once; resolves once all devices have it. */
async function startAtOnce(connections: Readonly<Record<string, number>>) {
  const told = Object.entries(connections).map(async ([connection, count]) => {
    const reps = await Promise.all(Array.from({ length: count }, () => stage.aRep({}, connection)));
    const ids = reps.map((rep) => aVisit(org, { from: -1, until: 60, reps: [rep] }));
    return { connection, reps, ids };
  });
  const crowds = await Promise.all(told);
  const startedMs = Date.now();
  await Promise.all(
    crowds.map(({ connection, ids }) => stage.tell("ServiceAppointment", ids, connection)),
  );
  const reps = crowds.flatMap((crowd) => crowd.reps);
  await until(() => reps.every((rep) => rep.actions().length > 0), {
    timeoutMs: 60_000,
    what: "all starts to arrive",
  });
  expect(reps.map((rep) => rep.actions().join())).toEqual(reps.map(() => "start"));
  /** How long after the messages the last device of these connections was asked. */
  const lastMs = (...names: readonly string[]) =>
    Math.max(
      ...stage.sink.arrived
        .filter(({ path }) => names.some((name) => path.startsWith(`/${name}/`)))
        .map(({ arrivedAtMs }) => arrivedAtMs - startedMs),
    );
  return { crowds, lastMs };
}

/** What each timeline tells of an attempt that had to wait. */
async function waitsOf(ids: readonly string[], connection: string) {
  const timelines = await Promise.all(ids.map((id) => stage.timeline(id, connection)));
  return timelines.map((lines) => lines.filter((line) => line.startsWith("delivery.put-off")));
}

describe("a rate that attempts are limited to", () => {
  test("of a connection is kept, while the neighbour's prompts go at once", async () => {
    const { crowds, lastMs } = await startAtOnce({ [SLOW]: LIMITED, [BETA]: LIMITED });
    expect(lastMs(SLOW)).toBeGreaterThanOrEqual((LIMITED - 1) * EVERY_MS);
    expect(lastMs(BETA)).toBeLessThan(lastMs(SLOW));
    const ids = crowds[0]?.ids ?? [];
    const waits = await waitsOf(ids, SLOW);
    expect(new Set(waits.flat())).toEqual(
      new Set([
        "delivery.put-off: The start waits before it is sent by webhook: the connection sends at most 5/s",
      ]),
    );
    expect(waits.every((lines) => lines.length <= 1)).toBe(true);
    const dossiers = await Promise.all(ids.map((id) => stage.dossier(id, SLOW)));
    const deliveries = dossiers.flatMap((dossier) => dossier?.deliveries ?? []);
    expect(deliveries.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(
      ids.map(() => "accepted 1"),
    );
    expect(await stage.redis.exists(keyspace.connectionRateLine(SLOW))).toBe(0);
  }, 90_000);

  test("of a provider is kept over all connections, while other providers get theirs at once", async () => {
    const half = LIMITED / 2;
    const { lastMs } = await startAtOnce({ [NORTH]: half, [SOUTH]: half, [ACME]: LIMITED });
    expect(lastMs(NORTH, SOUTH)).toBeGreaterThanOrEqual((LIMITED - 1) * EVERY_MS);
    expect(lastMs(ACME)).toBeLessThan(lastMs(NORTH, SOUTH));
  }, 90_000);
});

/** A visit of a rep without a device, far ahead; nothing of it has to be read. */
function aFloodEvent(number: number): CrmEvent {
  const nowMs = Date.now();
  const digits = String(number).padStart(12, "0");
  return {
    kind: "record-changed",
    connection: ACME,
    eventId: `flood-${nowMs}-${number}`,
    source: "json",
    receivedAtMs: nowMs,
    recordType: "ServiceAppointment",
    recordId: `08p${digits}AAA`,
    occurredAtMs: nowMs,
    appointment: {
      status: "scheduled",
      startAt: nowMs + 5 * 3_600_000,
      endAt: nowMs + 6 * 3_600_000,
      title: "",
      crmObjects: [],
      reps: [{ userId: `005${digits}AAA` }],
    },
  };
}
