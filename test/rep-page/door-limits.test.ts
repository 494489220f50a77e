import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { saveRep } from "../../src/books/rep-book.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";
import { anAppointment, aPrompt, REP, storeAppointment, storePrompts } from "../admin/state.ts";
import { type RepServer, startRep } from "./rep-server.ts";

let store: AdminStore;
let servers: readonly RepServer[] = [];

beforeAll(async () => {
  store = await startStore();
});
beforeEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
  servers = await Promise.all([startRep(store), startRep(store)]);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await store.stop();
});

/** Doors where a secret is shown: one that is wrong, how they say so, and how often that may be. */
const GUARDED = [
  {
    path: "/v1/next-link",
    call: { headers: { authorization: "Bearer wrong" } },
    status: 401,
    most: 100,
  },
  { path: "/ack/a.wrong.token", call: { method: "POST" }, status: 404, most: 100 },
  { path: "/rep/api/invites/wrong", call: {}, status: 404, most: 100 },
  { path: "/rep/api/invites/wrong", call: { method: "POST" }, status: 404, most: 100 },
  { path: "/rep/sign-in/callback?state=wrong", call: {}, status: 400, most: 100 },
  {
    path: "/rep/api/pair",
    call: { method: "POST", body: { code: "AAAA2222" } },
    status: 404,
    most: 10,
  },
];

describe("guesses", () => {
  test.each(GUARDED)("at $path are bounded over all web processes", async (door) => {
    const { path, call, status, most } = door;
    const [one, other] = servers;
    const guesses = Array.from({ length: most + 5 }, () => one?.call(path, call));
    const answers = (await Promise.all(guesses)).map((answer) => answer?.status);
    expect(answers.filter((answer) => answer === status)).toHaveLength(most);
    expect(answers.filter((answer) => answer === 429)).toHaveLength(5);
    // Another process learns it with the first wrong one that it sees, if it did not ask before.
    await other?.call(path, call);
    const late = await other?.call(path, call);
    expect(late?.status).toBe(429);
    expect(Number(late?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test.each([
    "/go",
    "/done",
  ])("at %s are bounded, and keep nobody from a link that is right", async (door) => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const [server] = servers;
    const guesses = Array.from({ length: 105 }, () => server?.call(`${door}/wrong`));
    const answers = (await Promise.all(guesses)).map((answer) => answer?.status);
    expect(answers.filter((answer) => answer === 404)).toHaveLength(100);
    const late = await server?.call(`${door}/wrong`);
    expect([late?.status, late?.headers.get("content-type")]).toEqual([
      429,
      "text/html; charset=utf-8",
    ]);
    expect(Number(late?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect([404, 429]).not.toContain((await server?.call(`${door}/${prompt.token}`))?.status);
  });
});
