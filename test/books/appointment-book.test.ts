import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { changeAppointment, readAppointment } from "../../src/books/appointment-book.ts";
import { changeRep } from "../../src/books/change-rep.ts";
import { issuedCommand, readRepState } from "../../src/books/rep-book.ts";
import type { StoredAppointment } from "../../src/books/stored-appointment.ts";
import { timelineCommands } from "../../src/books/timeline-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { anAppointment, DANA } from "../support/builders.ts";
import { startRedisServer } from "../support/redis-server.ts";

const DAY_MS = 86_400_000;
const REP = { connection: "acme", userId: DANA.userId };

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function aStored(recordId: string, startAtMs: number): StoredAppointment {
  return {
    appointment: anAppointment(recordId, ["10:00", "11:00"], {
      startAtMs,
      endAtMs: startAtMs + 3_600_000,
    }),
    version: { occurredAtMs: 1, readAtMs: 0, eventId: "e" },
    contentHash: "h",
    knownUserIds: [DANA.userId],
  };
}

async function store(recordId: string, startAtMs: number): Promise<void> {
  const record = { connection: "acme", recordId };
  const entry = { atMs: Date.now(), kind: "event.applied", text: "stored" } as const;
  await changeAppointment(redis, record, () => ({
    result: undefined,
    next: aStored(recordId, startAtMs),
    commands: timelineCommands(record, [entry]),
  }));
}

describe("changeAppointment", () => {
  test("every one of many changes at once is decided from the newest state", async () => {
    const record = { connection: "acme", recordId: "busy" };
    await store("busy", Date.now());
    await Promise.all(
      Array.from({ length: 20 }, () =>
        changeAppointment(redis, record, (stored) => {
          const occurredAtMs = (stored?.version.occurredAtMs ?? 0) + 1;
          const next = {
            ...aStored("busy", Date.now()),
            version: { occurredAtMs, readAtMs: 0, eventId: "e" },
          };
          return { result: undefined, next, commands: [] };
        }),
      ),
    );
    expect((await readAppointment(redis, record))?.version.occurredAtMs).toBe(21);
  });

  test("storing an appointment makes a plan that was read before it impossible to commit", async () => {
    await store("guarded", Date.now());
    let tries = 0;
    await changeRep(redis, REP, async (state) => {
      tries += 1;
      if (tries === 1) {
        await store("guarded", Date.now());
      }
      return { result: undefined, commands: [issuedCommand(REP, state.issued)] };
    });
    expect(tries).toBe(2);
  });

  test("an appointment and its timeline are kept for 30 days after its end, however far ahead it is", async () => {
    const startAtMs = Date.now() + 60 * DAY_MS;
    await store("far", startAtMs);
    const expected = startAtMs + 3_600_000 + 30 * DAY_MS;
    for (const key of [keyspace.appointment("acme", "far"), keyspace.timeline("acme", "far")]) {
      expect(await redis.pexpiretime(key)).toBe(expected);
    }
  });

  test("an appointment of long ago is kept, too, so that still older events stay stale", async () => {
    await store("old", Date.now() - 90 * DAY_MS);
    const stored = await readAppointment(redis, { connection: "acme", recordId: "old" });
    expect(stored?.version.occurredAtMs).toBe(1);
    expect(await redis.pttl(keyspace.appointment("acme", "old"))).toBeGreaterThan(29 * DAY_MS);
  });
});

describe("changeRep", () => {
  test("of many changes at once none is lost", async () => {
    const issue = (at: number) =>
      changeRep(redis, REP, ({ issued }) => {
        const one = {
          promptId: `p${at}`,
          recordId: "r",
          action: "start",
          atMs: 1,
          startAtMs: 1,
        } as const;
        return { result: undefined, commands: [issuedCommand(REP, [...issued, one])] };
      });
    await Promise.all(Array.from({ length: 20 }, (_, at) => issue(at)));
    const { issued } = await readRepState(redis, REP);
    expect(new Set(issued.map(({ promptId }) => promptId)).size).toBe(20);
  });

  test("visits that ended more than a day ago are no part of a rep's state", async () => {
    await store("yesterday", Date.now() - 2 * DAY_MS);
    await store("today", Date.now());
    const { visits } = await readRepState(redis, REP);
    const ids = visits.map(({ stored }) => stored.appointment.recordId);
    expect(ids).toContain("today");
    expect(ids).not.toContain("yesterday");
  });
});
