import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { outlookOf } from "../../src/admin/summarize-appointment.ts";
import { type AppointmentDossier, readDossier } from "../../src/books/appointment-book.ts";
import { findVisits } from "../../src/books/find-visits.ts";
import { rebuildSearch } from "../../src/books/rebuild-search.ts";
import { type Appointment, appointmentStatusSchema } from "../../src/domain/appointment.ts";
import { type Prompt, promptStateAt, promptStateSchema } from "../../src/domain/prompt.ts";
import { keyspace } from "../../src/keyspace.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, aPrompt, RECORD_ID, REP, storeAppointment, storePrompts } from "./state.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = Date.now();
const OTTO = { userId: "0055f00000ZzZzZAAV", name: "Otto", email: "otto@example.com" };
const STATES = [
  ...["scheduled", "in-progress", "completed", "canceled"],
  ...["waiting", "due", "sent", "superseded", "skipped", "expired"],
  ...["planned", "opened", "done", "not-sent"],
];

let store: AdminStore;
let admin: AdminServer;
let nowMs = NOW_MS;
beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store, { nowMs: () => nowMs });
});
beforeEach(async () => {
  nowMs = NOW_MS;
  await store.redis.flushall();
  // The first upkeep finds nothing to write again: from here on everything can be found by its state.
  await rebuildSearch(store.redis, "acme");
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

interface ListedPage {
  readonly ids: readonly string[];
  readonly nextCursor: string | null;
  readonly lookedUntil: string | null;
}

async function pageOf(query: Readonly<Record<string, string>>): Promise<ListedPage> {
  const answer = await admin.api(`/appointments?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  const { items, nextCursor, lookedUntil } = await bodyOf(answer);
  return { ids: items.map((one: Appointment) => one.recordId), nextCursor, lookedUntil };
}

/** The states in which an appointment is found, each asked for by itself. */
async function statesOf(recordId = RECORD_ID): Promise<readonly string[]> {
  const found: string[] = [];
  for (const state of STATES) {
    const { ids } = await pageOf({ state });
    found.push(...(ids.includes(recordId) ? [state] : []));
  }
  return found;
}

/** What a look names as candidates, without what the appointments themselves say. */
async function candidates(
  state: string,
  words: readonly string[] = [],
): Promise<readonly string[]> {
  const { found } = await findVisits(store.redis, "acme", {
    words,
    state: { name: state, nowMs },
    from: { atMs: 0 },
    untilMs: Number.POSITIVE_INFINITY,
  });
  return found.map(({ member }) => member);
}

async function book(
  appointment: Partial<Appointment>,
  ...prompts: readonly Partial<Prompt>[]
): Promise<void> {
  const whole = anAppointment({ startAtMs: NOW_MS + HOUR_MS, ...appointment });
  await storeAppointment(store.redis, whole);
  const { recordId } = whole;
  await storePrompts(
    store.redis,
    prompts.map((prompt) => aPrompt({ recordId, ...prompt })),
  );
}

const WAITING = {
  state: "waiting",
  dueAtMs: NOW_MS + HOUR_MS,
  expiresAtMs: NOW_MS + 2 * HOUR_MS,
} as const;
const SENT = { ...WAITING, state: "sent", sentAtMs: NOW_MS - MINUTE_MS } as const;

describe("a state among a thousand others", () => {
  const PAST = { startAtMs: NOW_MS - 5 * HOUR_MS };
  const ANSWERED = { ...SENT, answeredAtMs: NOW_MS };

  test("one that hardly any has is found on the first page, and nothing else is even looked at", async () => {
    await bookMany(900);
    const far = { startAtMs: NOW_MS + 90 * HOUR_MS };
    await book({ ...far, recordId: "in-progress", status: "in-progress" }, WAITING);
    await book({ ...far, recordId: "completed", status: "completed" }, SENT);
    await book({ ...far, recordId: "canceled", status: "canceled" }, WAITING);
    const amid = { startAtMs: NOW_MS + 12 * HOUR_MS, status: "canceled" } as const;
    await book({ ...amid, recordId: "amid" }, WAITING);
    await book({ ...far, recordId: "due" }, { ...WAITING, state: "due" });
    await book({ ...far, recordId: "sent" }, SENT);
    await book({ ...far, recordId: "superseded" }, { ...WAITING, state: "superseded" }, WAITING);
    await book({ ...far, recordId: "skipped" }, { ...WAITING, state: "skipped" });
    await book({ ...far, recordId: "expired" }, { ...WAITING, state: "expired" });
    await book({ ...far, recordId: "opened" }, ANSWERED);
    await book({ ...PAST, recordId: "done" }, ANSWERED);
    await book({ ...PAST, recordId: "not-sent" });
    const expected = {
      "in-progress": ["in-progress"],
      completed: ["completed"],
      canceled: ["amid", "canceled"],
      due: ["due"],
      sent: ["completed", "done", "opened", "sent"],
      superseded: ["superseded"],
      skipped: ["skipped"],
      expired: ["expired"],
      opened: ["opened"],
      done: ["done"],
      "not-sent": ["expired", "not-sent", "skipped"],
    };
    for (const [state, ids] of Object.entries(expected)) {
      const page = await pageOf({ state });
      const sorted = [...page.ids].sort();
      expect({ state, ...page, ids: sorted }).toMatchObject({ state, ids, nextCursor: null });
      expect([...(await candidates(state))].sort()).toEqual(ids);
      const worded = await pageOf({ state, q: "roof" });
      expect([...worded.ids].sort()).toEqual(ids);
      expect([...(await candidates(state, ["roof"]))].sort()).toEqual(ids);
    }
  });

  test("so is one that most have elsewhere", async () => {
    await bookMany(750, { status: "completed" }, ANSWERED);
    await book({ recordId: "rare", startAtMs: NOW_MS + 90 * HOUR_MS }, WAITING);
    for (const state of ["scheduled", "waiting", "planned"]) {
      const page = await pageOf({ state });
      expect(page).toEqual({ ids: ["rare"], nextCursor: null, lookedUntil: null });
    }
  });

  test("words, a rep and a span of time narrow it", async () => {
    await bookMany(30);
    const status = "canceled";
    await book({ recordId: "roof", status, title: "Roof" });
    await book({ recordId: "gutter", status, title: "Gutter", reps: [OTTO] });
    await book({ recordId: "later", status, title: "Gutter", startAtMs: NOW_MS + 90 * HOUR_MS });
    const to = new Date(NOW_MS + 80 * HOUR_MS).toISOString();
    expect(await pageOf({ state: status, q: "gutter" })).toMatchObject({
      ids: ["gutter", "later"],
    });
    expect(await pageOf({ state: status, q: "gutter", to })).toMatchObject({ ids: ["gutter"] });
    expect(await pageOf({ state: status, rep: OTTO.userId })).toMatchObject({ ids: ["gutter"] });
    expect(await pageOf({ state: status, rep: REP.email, to })).toMatchObject({ ids: ["roof"] });
  });

  test("a state that many have comes page by page, in order, each once", async () => {
    await bookMany(230);
    const ids: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: ListedPage = await pageOf({
        state: "waiting",
        limit: "50",
        ...(cursor === "" ? {} : { cursor }),
      });
      ids.push(...page.ids);
      cursor = page.nextCursor;
    }
    expect(new Set(ids).size).toBe(230);
    expect(ids).toHaveLength(230);
  });

  async function bookMany(
    count: number,
    appointment: Partial<Appointment> = {},
    prompt: Partial<Prompt> = WAITING,
  ): Promise<void> {
    // Many reps: the prompts of one are committed one after the other. Not all at once: Redis has to answer in time.
    for (let from = 0; from < count; from += 100) {
      await Promise.all(
        Array.from({ length: Math.min(100, count - from) }, (_, nth) => {
          const at = from + nth;
          const rep = { ...REP, userId: `rep${at}` };
          const startAtMs = NOW_MS + HOUR_MS * (1 + (at % 40));
          return book(
            { recordId: `visit${10_000 + at}`, startAtMs, reps: [rep], ...appointment },
            { ...prompt, userId: rep.userId },
          );
        }),
      );
    }
  }
});

describe("a state that time alone brings", () => {
  test.each([
    [
      "a moment that comes and nobody acts",
      WAITING,
      { minutes: 61, states: ["due", "scheduled", "waiting"] },
    ],
    [
      "a moment that passed unused",
      WAITING,
      { minutes: 125, states: ["not-sent", "scheduled", "waiting"] },
    ],
    [
      "a due prompt that nobody takes",
      { ...WAITING, state: "due" as const },
      { minutes: 125, states: ["expired", "not-sent", "scheduled"] },
    ],
    [
      "a visit that ends",
      { ...SENT, answeredAtMs: NOW_MS },
      { minutes: 125, states: ["done", "scheduled", "sent"] },
    ],
  ])("%s", async (_, prompt, { minutes, states }) => {
    await book({}, prompt);
    const before = await store.redis.info("commandstats");
    nowMs = NOW_MS + minutes * MINUTE_MS;
    expect([...(await statesOf())].sort()).toEqual(states);
    const writes = (info: string) => info.match(/cmdstat_(?:hset|zadd|rpush):calls=\d+/g);
    expect(writes(await store.redis.info("commandstats"))).toEqual(writes(before));
  });

  test("a visit that was never planned, or has nobody", async () => {
    await book({ recordId: "unplanned" });
    await book({ recordId: "nobody", reps: [] });
    const shown = async () => [
      (await pageOf({ state: "planned" })).ids,
      (await pageOf({ state: "due" })).ids,
      (await pageOf({ state: "not-sent" })).ids,
    ];
    expect(await shown()).toEqual([["nobody", "unplanned"], [], []]);
    nowMs = NOW_MS + 61 * MINUTE_MS;
    expect(await shown()).toEqual([[], ["unplanned"], ["nobody"]]);
    nowMs = NOW_MS + 121 * MINUTE_MS;
    expect(await shown()).toEqual([[], [], ["nobody", "unplanned"]]);
  });
});

describe("what happens to an appointment", () => {
  test("it moves, is given to another rep, is opened, canceled: it is found by what it is now alone", async () => {
    await book({}, WAITING);
    expect(await statesOf()).toEqual(["scheduled", "waiting", "planned"]);
    await book({ startAtMs: NOW_MS + 50 * HOUR_MS }, SENT);
    expect(await statesOf()).toEqual(["scheduled", "sent"]);
    await storeAppointment(
      store.redis,
      anAppointment({ startAtMs: NOW_MS - HOUR_MS / 2, reps: [OTTO] }),
    );
    expect(await statesOf()).toEqual(["scheduled", "due", "sent"]);
    await storePrompts(store.redis, [
      aPrompt({ ...SENT, userId: OTTO.userId, answeredAtMs: NOW_MS }),
    ]);
    expect(await statesOf()).toEqual(["scheduled", "sent", "opened"]);
    await storeAppointment(
      store.redis,
      anAppointment({ startAtMs: NOW_MS - HOUR_MS / 2, reps: [OTTO], status: "canceled" }),
    );
    expect(await statesOf()).toEqual(["canceled", "sent"]);
    expect(await entries()).toHaveLength(1);
  });

  test("the entry goes when the appointment goes", async () => {
    await book({}, WAITING);
    const [key = ""] = await store.redis.keys("*:facts:*");
    const days = (await store.redis.pttl(key)) / HOUR_MS / 24;
    expect(days).toBeGreaterThan(36.9);
    expect(days).toBeLessThan(37.4);
  });
});

describe("what an older version stored", () => {
  beforeEach(async () => {
    for (const number of [1, 2, 3]) {
      const startAtMs = NOW_MS + number * 10 * HOUR_MS;
      await book({ recordId: `visit${number}`, startAtMs, reps: [REP, OTTO] }, WAITING, {
        ...SENT,
        action: "stop",
      });
    }
    await book(
      { recordId: "rare", startAtMs: NOW_MS + 90 * HOUR_MS },
      { ...WAITING, state: "skipped" },
    );
    await forgetFacts();
  });

  test("is found by a look at the appointments until the upkeep came by, and in the index after it", async () => {
    expect(await candidates("skipped")).toEqual([]);
    expect((await pageOf({ state: "skipped" })).ids).toEqual(["rare"]);
    expect(await rebuildSearch(store.redis, "acme", 1)).toBe(4);
    expect((await pageOf({ state: "skipped" })).ids).toEqual(["rare"]);
    expect(await rebuildSearch(store.redis, "acme", 1)).toBe(0);
    expect(await candidates("skipped")).toEqual(["rare"]);
    expect(await candidates("planned")).toEqual(["visit1", "visit2", "visit3"]);
    expect((await pageOf({ state: "sent" })).ids).toEqual(["visit1", "visit2", "visit3"]);
  });

  test("and changes while the upkeep is on its way is found all the same", async () => {
    await Promise.all([
      rebuildSearch(store.redis, "acme"),
      book(
        { recordId: "visit1", startAtMs: NOW_MS + 70 * HOUR_MS },
        { ...WAITING, state: "expired" },
      ),
      book({ recordId: "visit3", startAtMs: NOW_MS + HOUR_MS }, { ...WAITING, state: "expired" }),
    ]);
    await rebuildSearch(store.redis, "acme");
    expect((await pageOf({ state: "expired" })).ids).toEqual(["visit3", "visit1"]);
  });

  test.each([
    ["moves", 70],
    ["changes", 1],
  ])("and %s at any step of the upkeep is found by what it is now alone", async (_, hours) => {
    const { redis } = store;
    for (let steps = 1, at = 0; at < steps; at += 1) {
      await redis.flushall();
      await book({ recordId: "visit1", title: "Gutters" }, WAITING);
      await forgetFacts();
      const later = { recordId: "visit1", startAtMs: NOW_MS + hours * HOUR_MS, title: "Roof" };
      steps = await betweenCommands(
        at,
        (stepped) => rebuildSearch(stepped, "acme"),
        () => book(later, { ...WAITING, state: "expired" }),
      );
      await rebuildSearch(redis, "acme");
      const found = [await candidates("expired"), await candidates("waiting")];
      expect({ at, found }).toEqual({ at, found: [["visit1"], []] });
      const lines = await redis.keys("*:find:*");
      const words = (await Promise.all(lines.map((key) => redis.lrange(key, 0, -1)))).flat();
      expect({ at, words }).toEqual({ at, words: [expect.stringContaining("roof")] });
    }
  });

  test("and is met by a writer before the upkeep comes is a candidate for everything", async () => {
    await storeAppointment(
      store.redis,
      anAppointment({ recordId: "visit1", startAtMs: NOW_MS + 70 * HOUR_MS }),
    );
    for (const state of ["skipped", "done", "canceled"]) {
      expect(await candidates(state)).toEqual(["visit1"]);
    }
    await rebuildSearch(store.redis, "acme");
    expect(await candidates("skipped")).toEqual(["rare"]);
  });
});

/** What a version before left: no facts, and an upkeep that came to the end with lines of another form. */
async function forgetFacts(): Promise<void> {
  const { redis } = store;
  await redis.del(...(await redis.keys("*:facts:*")));
  await redis.set(keyspace.searchRebuild("acme"), JSON.stringify({ form: 1, isDone: true }));
}

/** Lets `change` happen before one of the commands that `work` sends, counted from 0; says how many these are. */
async function betweenCommands(
  at: number,
  work: (redis: Redis) => Promise<unknown>,
  change: () => Promise<unknown>,
): Promise<number> {
  const stepped = openProducerRedis(store.server.url);
  await untilReady(stepped, 10_000);
  const send = stepped.sendCommand.bind(stepped);
  let sent = 0;
  stepped.sendCommand = async (...given) => {
    sent += 1;
    if (sent === at + 1) {
      await change();
    }
    return send(...given);
  };
  try {
    await work(stepped);
  } finally {
    stepped.disconnect();
  }
  return sent;
}

describe("whatever happened before", () => {
  const moment = fc.integer({ min: -8, max: 8 }).map((steps) => NOW_MS + steps * 20 * MINUTE_MS);
  const prompt = fc.record({
    userId: fc.constantFrom(REP.userId, OTTO.userId),
    action: fc.constantFrom("start" as const, "restart" as const, "stop" as const),
    state: fc.constantFrom(...promptStateSchema.options),
    dueAtMs: moment,
    lasts: fc.integer({ min: 0, max: 5 }),
    generation: fc.integer({ min: 1, max: 3 }),
    isAnswered: fc.boolean(),
  });
  const recordId = fc.constantFrom("visit1", "visit2", RECORD_ID);
  const stored = fc.record({
    recordId,
    status: fc.constantFrom("scheduled" as const, ...appointmentStatusSchema.options),
    startAtMs: moment,
    reps: fc.subarray([REP, OTTO]),
  });
  const planned = fc.record({
    recordId,
    prompts: fc.array(prompt, { minLength: 1, maxLength: 3 }),
  });
  /** Right at a moment the index may say yes for no; between two it is exact. */
  const look = fc.record({
    atMs: moment,
    asked: fc.constantFrom(...STATES),
    afterMs: fc.constantFrom(-1, 0, 1, 10_000, 29_000, 30_000, 30_001, 31_000),
  });

  test("the index names all that have a state, and between two moments nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(stored, planned), { minLength: 2, maxLength: 14 }),
        fc.array(look, { minLength: 1, maxLength: 4 }),
        async (steps, looks) => {
          await store.redis.flushall();
          await rebuildSearch(store.redis, "acme");
          for (const one of steps) {
            await ("prompts" in one ? plan(one) : storeAppointment(store.redis, visitOf(one)));
          }
          for (const { atMs, afterMs, asked } of looks) {
            nowMs = atMs + afterMs;
            for (const state of STATES) {
              const expected = await idsInState(state);
              const found = await candidates(state);
              const isBetween = afterMs === 10_000 || afterMs === 31_000;
              expect({ state, found }).toEqual({
                state,
                found: isBetween ? expected : expect.arrayContaining([...expected]),
              });
              if (state === asked) {
                expect((await pageOf({ state })).ids).toEqual(expected);
              }
            }
          }
        },
      ),
      // A failure is not made smaller for ever: each try takes many exchanges.
      { numRuns: 40, interruptAfterTimeLimit: 15_000 },
    );
  });

  function visitOf(one: Partial<Appointment>): Appointment {
    return anAppointment({ ...one, endAtMs: (one.startAtMs ?? 0) + HOUR_MS });
  }

  /** Each rep's part by itself, as plans are committed; of reps that the appointment never named there is none. */
  async function plan({
    recordId: id,
    prompts,
  }: {
    readonly recordId: string;
    readonly prompts: readonly {
      readonly userId: string;
      readonly action: Prompt["action"];
      readonly state: Prompt["state"];
      readonly dueAtMs: number;
      readonly lasts: number;
      readonly generation: number;
      readonly isAnswered: boolean;
    }[];
  }): Promise<void> {
    const dossier = await readDossier(store.redis, { connection: "acme", recordId: id });
    for (const userId of dossier?.stored.knownUserIds ?? []) {
      const own = prompts
        .filter((one) => one.userId === userId)
        .map(({ lasts, isAnswered, ...rest }) =>
          aPrompt({
            ...rest,
            recordId: id,
            expiresAtMs: rest.dueAtMs + lasts * 20 * MINUTE_MS,
            ...(isAnswered ? { answeredAtMs: NOW_MS } : {}),
          }),
        );
      await storePrompts(store.redis, own);
    }
  }

  /** The plainest reading of what a state means; it shares nothing with the index. */
  async function idsInState(state: string): Promise<readonly string[]> {
    const dossiers = await Promise.all(
      ["visit1", "visit2", RECORD_ID].map((id) =>
        readDossier(store.redis, { connection: "acme", recordId: id }),
      ),
    );
    return dossiers
      .flatMap((dossier) => (dossier !== undefined && hasState(dossier, state) ? [dossier] : []))
      .map(({ stored: { appointment } }) => appointment)
      .sort((a, b) => a.startAtMs - b.startAtMs || (a.recordId < b.recordId ? -1 : 1))
      .map((one) => one.recordId);
  }

  function hasState(dossier: AppointmentDossier, state: string): boolean {
    const states = [
      dossier.stored.appointment.status,
      ...dossier.prompts.map((one) => promptStateAt(one, nowMs)),
      outlookOf(dossier, nowMs),
    ];
    return states.some((one) => one === state);
  }
});

/** What the index holds, by record id. */
async function entries(): Promise<readonly string[]> {
  const keys = await store.redis.keys("*:facts:*");
  const all = await Promise.all(keys.map((key) => store.redis.hgetall(key)));
  return all.flatMap((fields) => Object.entries(fields).map(([id, text]) => `${id} ${text}`));
}
