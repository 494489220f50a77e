import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readAppointment } from "../../src/books/appointment-book.ts";
import { rebuildSearch } from "../../src/books/rebuild-search.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, RECORD_ID, REP, storeAppointment } from "./state.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();

let store: AdminStore;
let admin: AdminServer;
beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
});
beforeEach(() => store.redis.flushall());
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

/** Reads a list to its end, page by page. */
async function allIds(query: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | null = "";
  for (let pages = 0; cursor !== null; pages += 1) {
    expect(pages).toBeLessThan(200);
    const params = new URLSearchParams({ ...query, ...(cursor === "" ? {} : { cursor }) });
    const answer = await admin.api(`/appointments?${params}`);
    expect(answer.status).toBe(200);
    const page = await bodyOf(answer);
    ids.push(...page.items.map((one: Appointment) => one.recordId));
    cursor = page.nextCursor;
  }
  return ids;
}

const found = (q: string) => allIds({ q });

describe("search", () => {
  test.each([
    ["a word of the title", "henderson"],
    ["the beginning of one", "HEND"],
    ["words in any order", "inspection roof"],
    ["a word without its accents", "muller"],
    ["a customer's id in 18 characters", "00Q5f000000CuStAAK"],
    ["a customer's id in 15", "00Q5f000000CuSt"],
    ["the record id", RECORD_ID],
    ["the beginning of the record id", RECORD_ID.slice(0, 9).toLowerCase()],
    ["a rep's name", "rita"],
    ["a rep's address", "Rita@Example.com"],
    ["a word of the title and a rep", "rita hender"],
    ["signs around the words", " (Henderson), #1420!"],
  ])("finds by %s", async (_, q) => {
    const title = "Roof inspection, Hendersons & Müller, 1420 West";
    const crmObjects = [{ objectType: "Lead", objectId: "00Q5f000000CuStAAK" }] as const;
    await storeAppointment(store.redis, anAppointment({ title, crmObjects: [...crmObjects] }));
    await storeAppointment(
      store.redis,
      anAppointment({ recordId: "other", title: "Gutters", reps: [] }),
    );
    expect(await found(q)).toEqual([RECORD_ID]);
  });

  test.each([
    ["nderson"],
    ["henderson gutters"],
    ["^"],
    ["hend.rson"],
    ["hende*"],
  ])("does not take %s for a part of it", async (q) => {
    await storeAppointment(store.redis, anAppointment({ title: "Hendorson" }));
    expect(await found(q)).toEqual(q === "^" ? [RECORD_ID] : []);
  });

  test.each([
    ["a rep by id", { rep: REP.userId }],
    ["a rep by address", { rep: REP.email }],
    ["a state", { state: "scheduled" }],
    ["a span of time", { from: new Date(NOW_MS).toISOString() }],
  ])("words narrow %s", async (_, filter) => {
    const startAtMs = NOW_MS + HOUR_MS;
    for (const [recordId, title] of [
      ["visit1", "Roof"],
      ["visit2", "Gutters"],
    ] as const) {
      await storeAppointment(store.redis, anAppointment({ recordId, title, startAtMs }));
    }
    expect(await allIds({ ...filter, q: "gutters" })).toEqual(["visit2"]);
    expect(await allIds({ ...filter, q: "windows" })).toEqual([]);
  });

  test("an appointment that moved or was named anew is found by what it is now alone", async () => {
    await storeAppointment(store.redis, anAppointment({ title: "Roof", startAtMs: NOW_MS }));
    const otherRep = { ...REP, userId: "0055f00000ZzZzZAAV", name: "Otto", email: "o@example.com" };
    await storeAppointment(
      store.redis,
      anAppointment({ title: "Gutters", startAtMs: NOW_MS + 30 * HOUR_MS, reps: [otherRep] }),
    );
    expect(await found("roof")).toEqual([]);
    expect(await found("rita")).toEqual([]);
    expect(await found("gutters otto")).toEqual([RECORD_ID]);
    const lines = await Promise.all(
      (await store.redis.keys("*:find:*")).map((key) => store.redis.llen(key)),
    );
    expect(lines.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  test("the words go when the appointment goes", async () => {
    await storeAppointment(store.redis, anAppointment({ startAtMs: NOW_MS }));
    const keys = await store.redis.keys("*:find:*");
    expect(keys).toHaveLength(1);
    const days = (await store.redis.pttl(keys[0] ?? "")) / HOUR_MS / 24;
    expect(days).toBeGreaterThan(36.9);
    expect(days).toBeLessThan(37.3);
  });

  test("what an older version stored is found after the upkeep, in parts, and never goes back", async () => {
    for (const number of [1, 2, 3]) {
      const startAtMs = NOW_MS + number * 10 * HOUR_MS;
      await storeAppointment(
        store.redis,
        anAppointment({ recordId: `visit${number}`, startAtMs, title: `Roof ${number}` }),
      );
    }
    const keys = await store.redis.keys("*:find:*");
    await store.redis.del(...keys);
    expect(await found("roof")).toEqual([]);
    expect(await rebuildSearch(store.redis, "acme", 1)).toBe(3);
    expect(await rebuildSearch(store.redis, "acme", 1)).toBe(0);
    expect(await found("roof")).toEqual(["visit1", "visit2", "visit3"]);
    await store.redis.del(...(await store.redis.keys("*:find:*")));
    expect(await rebuildSearch(store.redis, "acme")).toBe(0);
  });

  test("a rebuild leaves what is in the index already as it is", async () => {
    await storeAppointment(store.redis, anAppointment());
    expect(await rebuildSearch(store.redis, "acme")).toBe(1);
    const [key = ""] = await store.redis.keys("*:find:*");
    expect(await store.redis.llen(key)).toBe(1);
    expect(await found("roof")).toEqual([RECORD_ID]);
  });

  test("a large rebuild goes on where it stopped", async () => {
    await Promise.all(
      Array.from({ length: 150 }, (_, at) =>
        storeAppointment(store.redis, anAppointment({ recordId: `visit${1000 + at}` })),
      ),
    );
    await store.redis.del(...(await store.redis.keys("*:find:*")));
    expect(await rebuildSearch(store.redis, "acme", 100)).toBe(100);
    expect(await rebuildSearch(store.redis, "acme", 100)).toBe(50);
    expect(await found("roof")).toHaveLength(150);
  });
});

describe("whatever happened before", () => {
  const WORDS = ["roof", "roofing", "ro", "gutter", "Müller", "west", "1420", "a", "rita", "otto"];
  const title = fc
    .array(fc.constantFrom(...WORDS), { maxLength: 4 })
    .map((words) => words.join(" "));
  const change = fc.record({
    recordId: fc.constantFrom("visit1", "visit2", "visit3", "roof-4", "Visit1", RECORD_ID),
    title,
    hours: fc.integer({ min: -20, max: 60 }),
    rep: fc.constantFrom("Rita Rep", "Otto Other", undefined),
    status: fc.constantFrom("scheduled" as const, "canceled" as const, "completed" as const),
  });
  const question = fc.record({
    q: fc.array(fc.constantFrom("ro", "roof", "mul", "14", "visit", "ot", "08p5f", "x"), {
      maxLength: 2,
    }),
    state: fc.constantFrom("", "scheduled", "canceled"),
    from: fc.constantFrom(-30, 0, 10),
    limit: fc.integer({ min: 1, max: 3 }),
  });

  test("the index finds what a look at every appointment finds, in order, each once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 15 }),
        fc.array(question, { minLength: 1, maxLength: 5 }),
        async (changes, questions) => {
          await store.redis.flushall();
          const known = new Set<string>();
          for (const { hours, rep, ...rest } of changes) {
            const reps = rep === undefined ? [] : [{ ...REP, name: rep }];
            const startAtMs = NOW_MS + hours * HOUR_MS;
            await storeAppointment(store.redis, anAppointment({ ...rest, startAtMs, reps }));
            known.add(rest.recordId);
          }
          const all = await Promise.all(
            [...known].map((recordId) =>
              readAppointment(store.redis, { connection: "acme", recordId }),
            ),
          );
          const appointments = all.flatMap((one) => one?.appointment ?? []);
          for (const { q, state, from, limit } of questions) {
            const fromMs = NOW_MS + from * HOUR_MS;
            const expected = appointments
              .filter((one) => one.startAtMs >= fromMs && (state === "" || one.status === state))
              .filter((one) => q.every((word) => hasWord(one, word)))
              .sort((a, b) => a.startAtMs - b.startAtMs || (a.recordId < b.recordId ? -1 : 1))
              .map(({ recordId }) => recordId);
            const query = { q: q.join(" "), state, from: new Date(fromMs).toISOString() };
            expect(await allIds({ ...query, limit: String(limit) })).toEqual(expected);
          }
        },
      ),
      // A failure is not made smaller for ever: each try takes many exchanges.
      { numRuns: 40, interruptAfterTimeLimit: 20_000 },
    );
  });

  /** The plainest reading of what search means; it shares nothing with the index. */
  function hasWord({ title, recordId, reps }: Appointment, word: string): boolean {
    const text = [title, recordId, ...reps.flatMap(({ name, email }) => [name, email])].join(" ");
    const words = text
      .toLowerCase()
      .replaceAll("ü", "u")
      .split(/[^a-z0-9]+/);
    return words.some((one) => one.startsWith(word));
  }
});

describe("paging while appointments come and go", () => {
  async function book(recordId: string, hours: number): Promise<void> {
    const startAtMs = NOW_MS + hours * HOUR_MS;
    await storeAppointment(store.redis, anAppointment({ recordId, startAtMs }));
  }

  test.each([
    ["in order", {}],
    ["found by a word", { q: "roof" }],
    ["of one rep", { rep: REP.userId }],
    ["of one rep by address", { rep: REP.email }],
    ["in one state", { state: "scheduled" }],
  ])("%s: what stays is met once, whatever else changes before the cursor", async (_, filter) => {
    for (const id of ["b1", "b2", "b3", "b4", "b5", "b6"]) {
      await book(id, 1);
    }
    const params = new URLSearchParams({ ...filter, limit: "2" });
    const first = await bodyOf(await admin.api(`/appointments?${params}`));
    expect(first.items.map((one: Appointment) => one.recordId)).toEqual(["b1", "b2"]);
    // Earlier ones come, the one at the cursor leaves for another day, later ones come between.
    await book("a1", 1);
    await book("a2", 0);
    await book("b2", 50);
    await book("b35", 1);
    const second = await bodyOf(
      await admin.api(`/appointments?${params}&cursor=${first.nextCursor}`),
    );
    expect(second.items.map((one: Appointment) => one.recordId)).toEqual(["b3", "b35"]);
    const third = await bodyOf(
      await admin.api(`/appointments?${new URLSearchParams(filter)}&cursor=${second.nextCursor}`),
    );
    expect(third.items.map((one: Appointment) => one.recordId)).toEqual(["b4", "b5", "b6", "b2"]);
    expect(third.nextCursor).toBeNull();
  });

  test("a state that hardly any appointment has costs a bounded page each", async () => {
    for (let from = 0; from < 1_150; from += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => book(`visit${10_000 + from + at}`, 1 + (at % 7))),
      );
    }
    const startAtMs = NOW_MS + 90 * HOUR_MS;
    await storeAppointment(
      store.redis,
      anAppointment({ recordId: "last", startAtMs, status: "canceled" }),
    );
    const first = await bodyOf(await admin.api("/appointments?state=canceled"));
    expect(first).toMatchObject({ items: [], nextCursor: expect.any(String) });
    // What was passed is told: the next page begins there.
    const passedMs = Date.parse(first.lookedUntil);
    expect(passedMs).toBeGreaterThan(NOW_MS);
    expect(passedMs).toBeLessThan(startAtMs);
    const second = await bodyOf(
      await admin.api(`/appointments?state=canceled&cursor=${first.nextCursor}`),
    );
    expect(second).toMatchObject({
      items: [{ recordId: "last" }],
      nextCursor: null,
      lookedUntil: null,
    });
  });
});
