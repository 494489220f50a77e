import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { dayFact } from "../../src/admin/overview/day-facts.ts";
import { createDayTally } from "../../src/books/day-tally.ts";
import { park } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { appendTimeline } from "../../src/books/timeline-book.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import {
  anAppointment,
  aParkedEvent,
  aPrompt,
  REP,
  storeAppointment,
  storePrompts,
} from "./state.ts";

const HOUR_MS = 3_600_000;
/** Noon in Denver, evening in UTC. */
const NOON_MS = Date.parse("2027-03-02T12:00:00-07:00");

let store: AdminStore;
let nowMs = NOON_MS;
const admins: AdminServer[] = [];
beforeAll(async () => {
  store = await startStore();
});
beforeEach(async () => {
  nowMs = NOON_MS;
  await store.redis.flushall();
});
afterEach(async () => {
  for (const admin of admins.splice(0)) {
    await admin.stop();
    expect(admin.reported).toEqual([]);
  }
});
afterAll(() => store.stop());

async function start(): Promise<AdminServer> {
  const admin = await startAdmin(store, { nowMs: () => nowMs });
  admins.push(admin);
  return admin;
}

/** Books a visit with one prompt, and lets the feed of changes hear of it. */
async function book(recordId: string, hours: number, prompt: Partial<Prompt> = {}): Promise<void> {
  const startAtMs = NOON_MS + hours * HOUR_MS;
  await storeAppointment(store.redis, anAppointment({ recordId, startAtMs }));
  const times = { dueAtMs: startAtMs - 120_000, expiresAtMs: startAtMs + HOUR_MS };
  await storePrompts(store.redis, [aPrompt({ recordId, state: "waiting", ...times, ...prompt })]);
  await change(recordId);
}

async function change(recordId: string): Promise<void> {
  await appendTimeline(store.redis, { connection: "acme", recordId }, [
    { atMs: nowMs, kind: "plan.changed", text: "Planned: start" },
  ]);
}

async function acme(admin: AdminServer) {
  const overview = await bodyOf(await admin.api("/overview"));
  return overview.connections[0];
}

describe("today", () => {
  test("is the day of the zone that most reps are in, by the outlook of each visit", async () => {
    await saveRep(store.redis, "acme", { ...REP, timeZone: "America/Denver" });
    await book("yesterday", -12.5, { state: "sent" });
    await book("done", -11.5, { state: "sent", answeredAtMs: 1 });
    await book("late", -0.5);
    await book("sent", -0.4, { state: "sent" });
    await book("opened", -0.3, { state: "sent", answeredAtMs: 1 });
    await book("planned", 11.5);
    await book("tomorrow", 12.5);
    await storeAppointment(
      store.redis,
      anAppointment({ recordId: "off", startAtMs: NOON_MS, status: "canceled" }),
    );
    await park(store.redis, aParkedEvent({ lastParkedAtMs: NOON_MS - HOUR_MS }));
    await park(store.redis, aParkedEvent({ lastParkedAtMs: NOON_MS - 13 * HOUR_MS }));
    const admin = await start();
    expect(await acme(admin)).toMatchObject({
      name: "acme",
      timeZone: "America/Denver",
      parked: 2,
      late: 1,
      today: {
        planned: 1,
        due: 1,
        sent: 1,
        opened: 1,
        done: 1,
        notSent: 0,
        parked: 1,
        canceled: 1,
      },
    });
  });

  test("does not count what began before midnight, though it is kept in mind", async () => {
    await saveRep(store.redis, "acme", { ...REP, timeZone: "America/Denver" });
    nowMs = NOON_MS - 6 * HOUR_MS;
    await book("yesterday", -14, { state: "sent" });
    await book("today", 1);
    const counts = await acme(await start());
    expect(counts).toMatchObject({ sent: 1, waiting: 1, today: { planned: 1, sent: 0, done: 0 } });
  });

  test("follows what changes, what moves away, and what turns by time alone", async () => {
    await book("first", 1);
    await book("second", 2);
    const admin = await start();
    expect((await acme(admin)).today).toMatchObject({ planned: 2, due: 0, sent: 0 });
    nowMs += 2_000;
    await book("first", 1, { state: "sent" });
    await book("second", 60);
    await book("third", 0.2);
    expect((await acme(admin)).today).toMatchObject({ planned: 1, due: 0, sent: 1 });
    nowMs = NOON_MS + 0.2 * HOUR_MS;
    expect((await acme(admin)).today).toMatchObject({ planned: 0, due: 1, sent: 1 });
    nowMs = NOON_MS + 1.3 * HOUR_MS;
    expect((await acme(admin)).today).toMatchObject({ due: 0, notSent: 1, sent: 1 });
  });

  test("tells how late prompts were in the last hour", async () => {
    const fired = (late: number, ago = HOUR_MS / 2) => {
      const firedAtMs = NOON_MS - ago;
      return { state: "sent", firedAtMs, dueAtMs: firedAtMs - late } as const;
    };
    const admin = await start();
    expect((await acme(admin)).lateness).toBeNull();
    await book("a", 0.1, fired(10));
    await book("b", 0.1, fired(20));
    await book("c", 0.1, fired(400));
    await book("d", 0.1, fired(90_000, 1.1 * HOUR_MS));
    nowMs += 2_000;
    expect((await acme(admin)).lateness).toEqual({ p50Ms: 20, p99Ms: 400 });
  });
});

describe("an overview", () => {
  test("is shared for two seconds, and says as of when it is", async () => {
    const admin = await start();
    const first = await bodyOf(await admin.api("/overview"));
    expect(first.asOf).toBe(new Date(NOON_MS).toISOString());
    await book("one", 1);
    nowMs += 1_999;
    expect(await bodyOf(await admin.api("/overview"))).toEqual(first);
    nowMs += 1;
    expect((await acme(admin)).today.planned).toBe(1);
  });

  test("that failed is not shared", async () => {
    const admin = await start();
    const key = keyspace.parkedByTime("acme");
    await store.redis.set(key, "not a sorted set");
    expect((await admin.api("/overview")).status).toBe(500);
    admin.reported.length = 0;
    await store.redis.del(key);
    expect((await admin.api("/overview")).status).toBe(200);
  });

  test("costs Redis no more when a day holds a thousand visits than when it holds ten", async () => {
    const commandsFor = async (admin: AdminServer) => {
      await admin.api("/overview");
      nowMs += 2_000;
      const before = await commandCount();
      await admin.api("/overview");
      return (await commandCount()) - before;
    };
    const few = await commandsFor(await start());
    await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        storeAppointment(
          store.redis,
          anAppointment({ recordId: `visit${at}`, startAtMs: NOON_MS + at * 1000 }),
        ),
      ),
    );
    expect(await commandsFor(await start())).toBeLessThanOrEqual(few + 2);
  });
});

async function commandCount(): Promise<number> {
  const info = await store.redis.info("stats");
  return Number(/total_commands_processed:(\d+)/.exec(info)?.[1]);
}

test("when the feed of changes forgot some, everything is read again, but not at every look", async () => {
  const window = { fromMs: NOON_MS - HOUR_MS, untilMs: NOON_MS + 5 * HOUR_MS };
  const tally = openTally();
  const outlooks = async () => [...(await tally.read(window))].map(({ outlook }) => outlook);
  await book("one", 1);
  expect(await outlooks()).toEqual(["planned"]);
  await book("one", 1, { state: "sent" });
  await book("two", 2);
  // What a busy minute does: the change of the first one is no longer on the feed.
  await store.redis.xtrim(keyspace.changeFeed("acme"), "MAXLEN", 1);
  expect(await outlooks()).toEqual(["planned", "planned"]);
  nowMs += 15_000;
  expect(await outlooks()).toEqual(["sent", "planned"]);
});

test("who asks while a reading is under way gets all of it, too", async () => {
  const window = { fromMs: NOON_MS - HOUR_MS, untilMs: NOON_MS + 5 * HOUR_MS };
  const tally = openTally();
  await book("one", 1);
  const both = await Promise.all([tally.read(window), tally.read(window)]);
  expect(both.map((facts) => facts.length)).toEqual([1, 1]);
});

function openTally() {
  return createDayTally({
    redis: store.redis,
    connection: "acme",
    nowMs: () => nowMs,
    factOf: dayFact,
  });
}
