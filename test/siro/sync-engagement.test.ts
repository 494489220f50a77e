import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { StubSiro } from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { createSiroSyncsQueue } from "../../src/queues/siro-syncs.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { engagementOf } from "../../src/siro/engagement-of.ts";
import { openSiroSyncs, type SiroSyncs } from "../../workers/open-siro-syncs.ts";
import { anAppointment, aPrompt, RECORD_ID, REP } from "../admin/state.ts";
import { aConnection } from "../support/bridge-state.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { clientOf, siroStage } from "./siro-stage.ts";

const NINE_MS = Date.parse("2026-11-23T09:00:00Z");
const DEAL = { objectType: "Opportunity", objectId: "0065f000000DeAlEAK" } as const;
const HOME = { objectType: "Account", objectId: "0015f000000HoMeEAK" } as const;
const REF = { connection: "acme", recordId: RECORD_ID };

const { start } = siroStage();
let server: RedisServer;
let redis: Redis;
const failures: unknown[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  expect(failures).toEqual([]);
});

/** The syncs of a connection that wants them, as a worker has them. */
function syncsOf(siro: StubSiro, syncEngagements = true): SiroSyncs {
  const connection = aConnection({ siro: { ...siro.settings, syncEngagements } });
  return openSiroSyncs({
    config: { connections: new Map([["acme", connection]]) },
    redis,
    events: { workerFailed: (_queue, error) => void failures.push(error) },
    siros: { clients: new Map([["acme", clientOf(siro)]]) },
  });
}

async function store(own: Partial<Appointment>, knownUserIds = [REP.userId]): Promise<void> {
  const appointment = anAppointment({ startAtMs: NINE_MS, ...own });
  await changeAppointment(redis, REF, () => ({
    result: undefined,
    commands: [],
    next: {
      appointment,
      version: { occurredAtMs: NINE_MS - 1, readAtMs: 0, eventId: "e" },
      contentHash: "h",
      knownUserIds,
    },
  }));
}

const told = async () => (await readTimeline(redis, REF)).map(({ text }) => text);
const puts = ({ calls }: StubSiro) => calls.filter(({ method }) => method === "PUT").length;

describe("a visit in Siro's words", () => {
  test("names its reps by e-mail, its records by id, its times in UTC", () => {
    const appointment = anAppointment({ startAtMs: NINE_MS, crmObjects: [DEAL, HOME] });
    const version = { occurredAtMs: NINE_MS, readAtMs: 0, eventId: "e" };
    const taken = "0055f00000TaKeNEAV";
    const knownUserIds = [REP.userId, taken];
    const engagement = engagementOf({ appointment, version, contentHash: "h", knownUserIds });
    expect(engagement).toEqual({
      externalId: RECORD_ID,
      subject: "Roof inspection",
      startTime: "2026-11-23T09:00:00.000Z",
      endTime: "2026-11-23T10:00:00.000Z",
      remoteUpdatedAt: "2026-11-23T09:00:00.000Z",
      deletedAt: null,
      engagementType: { name: "ServiceAppointment", activityType: "APPOINTMENT" },
      engagementUsers: [
        { externalId: REP.userId, email: REP.email, name: REP.name },
        { externalId: taken, deletedAt: "2026-11-23T09:00:00.000Z" },
      ],
      account: { externalId: HOME.objectId },
      opportunity: { externalId: DEAL.objectId },
    });
  });
});

describe("putting visits to Siro", () => {
  test("puts a visit once, again when it changed, and takes a canceled one back", async () => {
    const siro = await start();
    const { sync } = syncsOf(siro);
    await store({});
    expect(await sync(REF)).toBe("synced");
    expect(await sync(REF)).toBe("unchanged");
    expect(siro.world.engagements.get(RECORD_ID)).toMatchObject({ subject: "Roof inspection" });
    await store({ title: "Gutters" });
    expect(await sync(REF)).toBe("synced");
    await store({ title: "Gutters", status: "canceled" });
    expect(await sync(REF)).toBe("synced");
    expect(siro.world.engagements.get(RECORD_ID)).toMatchObject({
      subject: "Gutters",
      deletedAt: "2026-11-23T08:59:59.999Z",
    });
    expect(puts(siro)).toBe(3);
    expect(await told()).toEqual([
      "Put to Siro as an engagement",
      "Changed in Siro as an engagement",
      "Taken back in Siro as an engagement",
    ]);
  });

  test("a visit that was canceled before Siro knew it, or that nobody has, is not put", async () => {
    const siro = await start();
    const { sync } = syncsOf(siro);
    expect(await sync(REF)).toBe("unknown");
    await store({ status: "canceled" });
    expect(await sync(REF)).toBe("unchanged");
    expect(puts(siro)).toBe(0);
  });

  test("where Siro reads Salesforce by itself nothing is put, and the timeline says so once", async () => {
    const siro = await start();
    const platform = { name: "Acme", integrationPlatform: "SALESFORCE" };
    siro.world.connections.push({ ...platform, isActive: true });
    const { sync } = syncsOf(siro);
    await store({});
    expect([await sync(REF), await sync(REF)]).toEqual(["refused", "refused"]);
    expect(puts(siro)).toBe(0);
    expect(await told()).toEqual([expect.stringMatching(/^Not put to Siro: .*twice/)]);
  });

  test("another CRM, or a connection that is off, does not stand in the way", async () => {
    const siro = await start();
    siro.world.connections.push(
      { name: "old", integrationPlatform: "SALESFORCE", isActive: false },
      { name: "own", integrationPlatform: "SIRO_CUSTOM_INPUT", isActive: true },
    );
    await store({});
    expect(await syncsOf(siro).sync(REF)).toBe("synced");
  });

  test("a refusal is an error, and a visit that changes meanwhile is put as it is then", async () => {
    const siro = await start();
    const { sync } = syncsOf(siro);
    await store({});
    siro.faults.inject({ kind: "status", status: 422 }, { path: "/sync/engagements" });
    await expect(sync(REF)).rejects.toMatchObject({ code: "SIRO_REQUEST_REFUSED" });
    expect(await told()).toEqual([]);
    siro.faults.inject({ kind: "slow", delayMs: 150 }, { path: "/sync/engagements" });
    const slow = sync(REF);
    await until(() => puts(siro) === 2, { timeoutMs: 2000, what: "the slow call" });
    await store({ title: "Gutters" });
    await slow;
    expect(puts(siro)).toBe(3);
    expect(siro.world.engagements.get(RECORD_ID)).toMatchObject({ subject: "Gutters" });
  });
});

describe("a plan's change", () => {
  test("asks for one job per visit, the same change for none, and for nothing where it is off", async () => {
    const siro = await start();
    const { queue } = createSiroSyncsQueue(redis);
    const change = { added: [aPrompt(), aPrompt({ action: "stop" })], superseded: [] };
    const connection = aConnection({ siro: { ...siro.settings, syncEngagements: true } });
    await syncsOf(siro, false).announce(connection, change);
    expect(await queue.getJobCountByTypes("delayed", "waiting")).toBe(0);
    const { announce } = syncsOf(siro);
    await announce(connection, change);
    await announce(connection, change);
    const jobs = await queue.getJobs(["delayed", "waiting"]);
    expect(jobs.map(({ data }) => data)).toEqual([{ ...REF, v: 1 }]);
    await queue.close();
  });
});
