import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { saveRep } from "../../src/books/rep-book.ts";
import { isoInstant } from "../../src/domain/instant.ts";
import { parseRecordingLink } from "../../src/links/links.ts";
import { type AdminStore, bodyOf, startStore } from "../admin/admin-server.ts";
import {
  anAppointment,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "../admin/state.ts";
import { until } from "../support/until.ts";
import { type RepBrowser, type RepServer, startRep } from "./rep-server.ts";

const ZONED = { ...REP, timeZone: "America/Denver" };
const MINUTE_MS = 60_000;
const STREAMS = { everyMs: 20, pingMs: 40 };

let store: AdminStore;
let server: RepServer;
const open: AbortController[] = [];

beforeAll(async () => {
  store = await startStore();
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", ZONED);
  server = await startRep(store, { streams: STREAMS });
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    one.abort();
  }
  await server.stop();
  expect(server.reported).toEqual([]);
});
afterAll(() => store.stop());

/** A visit that is on right now, in whatever zone. */
function aVisitNow(input: Parameters<typeof anAppointment>[0] = {}) {
  const startAtMs = Date.now() - MINUTE_MS;
  return anAppointment({ startAtMs, endAtMs: startAtMs + 60 * MINUTE_MS, ...input });
}

/** Opens the stream; `text` grows with what arrives, `isOver` tells that the server ended it. */
async function follow(browser: RepBrowser, from: RepServer = server) {
  const ending = new AbortController();
  open.push(ending);
  const answer = await fetch(`${from.url}/rep/api/live`, {
    headers: { cookie: browser.cookie() },
    signal: ending.signal,
  });
  const stream = { answer, text: "", isOver: false, leave: () => ending.abort() };
  void read(answer, stream);
  return stream;
}

async function read({ body }: Response, stream: { text: string; isOver: boolean }): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const piece of body ?? []) {
      stream.text += decoder.decode(piece, { stream: true });
    }
    stream.isOver = true;
  } catch {
    // The test went away from it.
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads it also judges.
function daysIn({ text }: { readonly text: string }): any[] {
  return [...text.matchAll(/^event: day\ndata: (.*)\n\n/gm)].map(([, json = ""]) =>
    JSON.parse(json),
  );
}

function untilDays(stream: { readonly text: string }, count: number) {
  return until(() => daysIn(stream).length >= count, { timeoutMs: 5_000, what: `${count} days` });
}

describe("today", () => {
  test("has the visits with how far they are, and the one button with its link", async () => {
    // It began already, too: half a minute ahead may be tomorrow.
    const later = aVisitNow({
      recordId: "08p5f000000LaterAAK",
      title: "Gutters",
      startAtMs: Date.now() - 30_000,
      endAtMs: Date.now() + 90_000,
    });
    const now = aVisitNow();
    await storeAppointment(store.redis, later);
    await storeAppointment(store.redis, now);
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const answer = await (await server.signedIn()).api("/today");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const day = await bodyOf(answer);
    expect(day).toMatchObject({
      now: expect.stringMatching(/Z$/),
      timeZone: "America/Denver",
      appointments: expect.arrayContaining([
        {
          recordType: "ServiceAppointment",
          recordId: RECORD_ID,
          title: "Roof inspection",
          startAt: isoInstant(now.startAtMs),
          endAt: isoInstant(now.endAtMs),
          state: "sent",
        },
      ]),
      next: {
        recordId: RECORD_ID,
        promptId: prompt.promptId,
        action: "start",
        title: "Roof inspection",
        dueAt: isoInstant(prompt.dueAtMs),
        expiresAt: isoInstant(prompt.expiresAtMs),
        state: "sent",
      },
    });
    expect(parseRecordingLink(day.next.link)).toMatchObject({ link: { action: "start" } });
    const recordIds = day.appointments.map(({ recordId }: { recordId: string }) => recordId);
    expect(recordIds).toEqual([RECORD_ID, later.recordId]);
  });

  test("what is planned has no link yet, and with nothing planned there is no button", async () => {
    const browser = await server.signedIn();
    expect(await bodyOf(await browser.api("/today"))).toMatchObject({
      appointments: [],
      next: null,
    });
    await storeAppointment(store.redis, aVisitNow());
    await storePrompts(store.redis, [aPrompt({ state: "waiting" })]);
    expect(await bodyOf(await browser.api("/today"))).toMatchObject({
      appointments: [{ state: "planned" }],
      next: { state: "planned", link: null },
    });
  });

  test("knows what the rep did with the prompt", async () => {
    await storeAppointment(store.redis, aVisitNow());
    const prompt = aPrompt({ state: "due" });
    await storePrompts(store.redis, [prompt]);
    const browser = await server.signedIn();
    const stateNow = async () => {
      const { appointments, next } = await bodyOf(await browser.api("/today"));
      return [appointments[0].state, next?.state];
    };
    expect(await stateNow()).toEqual(["due", "due"]);
    await browser.post(`/prompts/${prompt.promptId}/opened`);
    expect(await stateNow()).toEqual(["opened", "opened"]);
    await server.call(`/done/${prompt.token}`);
    expect(await stateNow()).toEqual(["recording", "opened"]);
  });
});

describe("the stream of the day", () => {
  test("tells the day as it is, and again when an appointment changes", async () => {
    await storeAppointment(store.redis, aVisitNow());
    const stream = await follow(await server.signedIn());
    expect(stream.answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.answer.headers.get("cache-control")).toBe("no-store");
    await untilDays(stream, 1);
    await storeAppointment(store.redis, aVisitNow({ title: "Moved to the barn" }));
    await untilDays(stream, 2);
    const titles = daysIn(stream).map(({ appointments }) => appointments[0].title);
    expect(titles).toEqual(["Roof inspection", "Moved to the barn"]);
    expect(stream.text).toMatch(/^retry: [234]\d{3}\n\n/);
    await until(() => stream.text.includes(": ping\n\n"), { timeoutMs: 5_000, what: "a ping" });
  });

  test("tells what the clock alone changes", async () => {
    const endAtMs = Date.now() + 1_500;
    await storeAppointment(store.redis, aVisitNow({ endAtMs }));
    const stream = await follow(await server.signedIn());
    await untilDays(stream, 2);
    expect(Date.now()).toBeGreaterThanOrEqual(endAtMs);
    const states = daysIn(stream).map(({ appointments }) => appointments[0].state);
    expect(states).toEqual(["planned", "done"]);
  });

  test("says nothing while nothing changes, and never another rep's day", async () => {
    const otto = { userId: "0055f00000ZzZzZAAV", name: "Otto" };
    await saveRep(store.redis, "acme", otto);
    const mine = await follow(await server.signedIn());
    await untilDays(mine, 1);
    const theirs = await follow(await server.signedIn({ connection: "acme", userId: otto.userId }));
    await untilDays(theirs, 1);
    await storeAppointment(store.redis, aVisitNow({ reps: [otto] }));
    await untilDays(theirs, 2);
    expect(daysIn(mine)).toHaveLength(1);
  });

  test("says nothing when what changed is not on the page", async () => {
    const visit = aVisitNow();
    await storeAppointment(store.redis, visit);
    const stream = await follow(await server.signedIn());
    await untilDays(stream, 1);
    await storeAppointment(store.redis, { ...visit, crmObjects: [] });
    const looked = server.revisionReads();
    await until(() => server.revisionReads() >= looked + 3, { timeoutMs: 5_000, what: "looks" });
    expect(daysIn(stream)).toHaveLength(1);
  });

  test("the streams of one rep share one look at the store", async () => {
    const browsers = [await server.signedIn(), await server.signedIn()];
    const streams = await Promise.all([...browsers, ...browsers].map((browser) => follow(browser)));
    await Promise.all(streams.map((stream) => untilDays(stream, 1)));
    const began = { reads: server.revisionReads(), atMs: performance.now() };
    await until(() => server.revisionReads() >= began.reads + 5, {
      timeoutMs: 5_000,
      what: "looks",
    });
    const looks = server.revisionReads() - began.reads;
    const tickMs = (performance.now() - began.atMs) / looks;
    expect(tickMs).toBeGreaterThanOrEqual(STREAMS.everyMs * 0.7);
    for (const stream of streams) {
      stream.leave();
    }
    const quiet = { reads: -1, sinceMs: 0 };
    await until(
      () => {
        if (server.revisionReads() !== quiet.reads) {
          quiet.reads = server.revisionReads();
          quiet.sinceMs = performance.now();
        }
        return performance.now() - quiet.sinceMs > STREAMS.everyMs * 5;
      },
      { timeoutMs: 5_000, what: "nobody to look" },
    );
  });

  test("a session has five, the newest; the oldest makes room", async () => {
    const browser = await server.signedIn();
    const streams: Awaited<ReturnType<typeof follow>>[] = [];
    for (let at = 0; at < 6; at += 1) {
      const stream = await follow(browser);
      await untilDays(stream, 1);
      streams.push(stream);
    }
    await until(() => streams[0]?.isOver, { timeoutMs: 5_000, what: "the oldest to end" });
    expect(streams[0]?.text).toMatch(/retry: 60000\n\n$/);
    expect(streams.map(({ isOver }) => isOver)).toEqual([true, false, false, false, false, false]);
    const other = await follow(await server.signedIn());
    await untilDays(other, 1);
    expect(streams.slice(1).map(({ isOver }) => isOver)).not.toContain(true);
  });

  test("ends with its session", async () => {
    const browser = await server.signedIn();
    const stream = await follow(browser);
    await untilDays(stream, 1);
    await browser.post("/sign-out");
    await until(() => stream.isOver, { timeoutMs: 5_000, what: "the stream to end" });
  });

  test("ends when the bridge stops, and names a time to come back", async () => {
    const stream = await follow(await server.signedIn());
    await untilDays(stream, 1);
    server.live.close();
    await until(() => stream.isOver, { timeoutMs: 5_000, what: "the stream to end" });
    expect(stream.text).toMatch(/retry: [234]\d{3}\n\n$/);
  });

  test("outlives a store that is away for a moment", async () => {
    await storeAppointment(store.redis, aVisitNow());
    const stream = await follow(await server.signedIn());
    await untilDays(stream, 1);
    await store.server.kill();
    await store.server.restart();
    await until(() => store.redis.ping(), { timeoutMs: 10_000, what: "the store" });
    await storeAppointment(store.redis, aVisitNow({ title: "After the storm" }));
    await until(() => stream.text.includes("After the storm"), {
      timeoutMs: 10_000,
      what: "the news",
    });
    expect(stream.isOver).toBe(false);
  });
});
