import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readInvite } from "../../src/books/invite-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { startRep } from "../rep-page/rep-server.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { REP } from "./state.ts";

const PATH = `/reps/acme/${REP.userId}/invites`;
const MINUTE_MS = 60_000;

let store: AdminStore;
let admin: AdminServer;
const others: { readonly stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

async function invite(body?: object) {
  const answer = await admin.api(PATH, { method: "POST", ...(body === undefined ? {} : { body }) });
  return { status: answer.status, ...(await bodyOf(answer)) };
}

describe("inviting a rep", () => {
  test("gives a link that signs that rep in, and the same as a picture", async () => {
    const made = await invite();
    expect(made).toEqual({
      status: 201,
      url: expect.stringMatching(/^http:\/\/bridge\.example\.com\/rep\/invite\/[\w-]{43}$/),
      qrSvg: expect.stringMatching(/^<svg [^>]*>.*<\/svg>$/s),
      expiresAt: expect.any(String),
    });
    const lifeMs = Date.parse(made.expiresAt) - Date.now();
    expect(Math.round(lifeMs / MINUTE_MS)).toBe(72 * 60);
    const reps = await startRep(store);
    others.push(reps);
    const browser = reps.browser();
    const { pathname } = new URL(made.url);
    expect((await browser.post(pathname.replace("/rep/invite/", "/invites/"))).status).toBe(201);
    expect(await bodyOf(await browser.api("/me"))).toMatchObject({ rep: { userId: REP.userId } });
  });

  test("each invite is another one, and lives as long as it was asked to", async () => {
    const [first, second] = [
      await invite({ expiresInMinutes: 15 }),
      await invite({ expiresInMinutes: 15 }),
    ];
    expect(first.url).not.toBe(second.url);
    const token = String(first.url.split("/").at(-1));
    const inMinutes = (minutes: number) =>
      readInvite(store.redis, token, Date.now() + minutes * MINUTE_MS);
    expect(await inMinutes(14)).toMatchObject({ connection: "acme", userId: REP.userId });
    expect(await inMinutes(15)).toBeUndefined();
  });

  test.each([14, 4321, 1.5, "60", null])("a life of %j minutes is refused", async (minutes) => {
    expect(await invite({ expiresInMinutes: minutes })).toMatchObject({
      status: 400,
      error: { issues: [{ path: "expiresInMinutes" }] },
    });
  });

  test("an unknown rep and an unknown connection are not found, and nothing is made", async () => {
    for (const path of [
      "/reps/acme/0055f00000ZzZzZAAV/invites",
      `/reps/beta/${REP.userId}/invites`,
    ]) {
      expect((await admin.api(path, { method: "POST" })).status).toBe(404);
    }
    expect(await store.redis.keys("sb:invite:*")).toEqual([]);
  });

  test("nobody but an operator makes one", async () => {
    expect((await admin.call(`/admin/api${PATH}`, { method: "POST" })).status).toBe(401);
  });
});

test("the list of reps tells how their devices fare", async () => {
  await admin.api(`/reps/acme/${REP.userId}/devices`, {
    method: "POST",
    body: { channel: "pull" },
  });
  expect(await bodyOf(await admin.api("/reps/acme"))).toMatchObject({
    items: [
      { devices: [{ health: { level: "good", text: "Ready: it asks for its link by itself" } }] },
    ],
  });
});
