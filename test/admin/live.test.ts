import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { park } from "../../src/books/parked-book.ts";
import { until } from "../support/until.ts";
import {
  type AdminInput,
  type AdminServer,
  type AdminStore,
  API_TOKEN,
  bodyOf,
  signIn,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { aParkedEvent } from "./state.ts";

const SOON = { timeoutMs: 10_000 };

let store: AdminStore;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  store = await startStore();
});
beforeEach(() => store.redis.flushall());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) {
    await end();
  }
});
afterAll(() => store.stop());

async function start(input: AdminInput = {}): Promise<AdminServer> {
  const admin = await startAdmin(store, input);
  ends.push(admin.stop);
  return admin;
}

/** Opens the stream as a page does, and keeps what comes. */
async function open(admin: AdminServer, headers: Readonly<Record<string, string>>) {
  const request = get(`${admin.url}/admin/api/live`, { headers });
  ends.push(() => request.destroy());
  request.on("error", () => undefined);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  let isEnded = false;
  response.setEncoding("utf8");
  response.on("data", (piece: string) => {
    text += piece;
  });
  response.on("close", () => {
    isEnded = true;
  });
  return {
    status: response.statusCode,
    type: response.headers["content-type"],
    text: () => text,
    isEnded: () => isEnded,
    events: () =>
      [...text.matchAll(/^event: overview\ndata: (.*)$/gm)].map(([, json = ""]) =>
        JSON.parse(json),
      ),
    close: () => request.destroy(),
  };
}

const BEARER = { authorization: `Bearer ${API_TOKEN}` };

test("tells the overview at once, then only when it changed", async () => {
  const admin = await start({ pingMs: 50 });
  const stream = await open(admin, BEARER);
  expect([stream.status, stream.type]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const [first] = await until(() => stream.events().length === 1 && stream.events(), {
    ...SOON,
    what: "the first overview",
  });
  expect(first).toEqual(await bodyOf(await admin.api("/overview")));
  // The bridge looks every two seconds; by then nothing new may have been told.
  const asOf = async () => (await bodyOf(await admin.api("/overview"))).asOf;
  await until(async () => (await asOf()) !== first.asOf, { ...SOON, what: "another look" });
  expect(stream.events()).toHaveLength(1);
  await park(store.redis, aParkedEvent());
  const events = await until(() => stream.events().length === 2 && stream.events(), {
    ...SOON,
    what: "the change",
  });
  expect(events[1].connections[0].parked).toBe(1);
  expect(stream.text()).toContain(": ping\n\n");
});

test("whoever comes later gets what is known at once, and all share one look", async () => {
  const admin = await start();
  const streams = await Promise.all(Array.from({ length: 20 }, () => open(admin, BEARER)));
  await until(() => streams.every((stream) => stream.events().length === 1), {
    ...SOON,
    what: "every stream's overview",
  });
  const asOfs = new Set(streams.map((stream) => stream.events()[0].asOf));
  expect(asOfs.size).toBe(1);
});

test("nobody gets it without being signed in", async () => {
  const admin = await start();
  const stream = await open(admin, {});
  expect(stream.status).toBe(401);
  const wrong = await open(admin, { authorization: "Bearer wrong" });
  expect(wrong.status).toBe(401);
});

test("ends with its session", async () => {
  const admin = await start({ pingMs: 50 });
  const cookie = await signIn(admin);
  const stream = await open(admin, { cookie });
  await until(() => stream.text().includes(": ping"), { ...SOON, what: "a ping" });
  expect(stream.isEnded()).toBe(false);
  const { status } = await admin.call("/admin/logout", {
    method: "POST",
    headers: { cookie, "sec-fetch-site": "same-origin" },
  });
  expect(status).toBe(204);
  await until(() => stream.isEnded(), { ...SOON, what: "the end of the stream" });
});

test("ends when its session is too old", async () => {
  let nowMs = Date.now();
  const admin = await start({ pingMs: 50, nowMs: () => nowMs });
  const stream = await open(admin, { cookie: await signIn(admin) });
  await until(() => stream.text().includes(": ping"), { ...SOON, what: "a ping" });
  nowMs += 12 * 3_600_000;
  await until(() => stream.isEnded(), { ...SOON, what: "the end of the stream" });
});

test("ends when the bridge ends, and says when to come back", async () => {
  const admin = await start();
  const stream = await open(admin, BEARER);
  await until(() => stream.events().length === 1, { ...SOON, what: "the overview" });
  admin.stopStreams();
  await until(() => stream.isEnded(), { ...SOON, what: "the end of the stream" });
  expect(stream.text()).toMatch(/retry: \d+\n\n$/);
});

test("the oldest stream makes room when there are very many", async () => {
  const admin = await start();
  const oldest = await open(admin, BEARER);
  const others = await Promise.all(Array.from({ length: 200 }, () => open(admin, BEARER)));
  await until(() => oldest.isEnded(), { ...SOON, what: "room" });
  expect(others.some((stream) => stream.isEnded())).toBe(false);
  expect(oldest.text()).toContain("retry: 60000");
});

test("once nobody listens any more, nothing is read", async () => {
  const admin = await start();
  const stream = await open(admin, BEARER);
  await until(() => stream.events().length === 1, { ...SOON, what: "the overview" });
  stream.close();
  // Two seconds of two looks each would show.
  const countOf = async () => {
    const info = await store.redis.info("commandstats");
    return /cmdstat_xrange:calls=(\d+)/.exec(info)?.[1] ?? "0";
  };
  let last = { count: await countOf(), sinceMs: Date.now() };
  await until(
    async () => {
      const count = await countOf();
      if (count !== last.count) {
        last = { count, sinceMs: Date.now() };
      }
      return Date.now() - last.sinceMs > 2_500;
    },
    { timeoutMs: 15_000, what: "quiet" },
  );
});
