import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readDevice } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";
import { type RepBrowser, type RepServer, startRep } from "./rep-server.ts";
import { aSubscription } from "./subscription.ts";

const REP_REF = { connection: "acme", userId: REP.userId };
const OTTO = { userId: "0055f00000ZzZzZAAV", email: "otto@example.com", name: "Otto" };
const OTTO_REF = { connection: "acme", userId: OTTO.userId };
const SESSIONS = `/reps/acme/${REP.userId}/sessions`;

let store: AdminStore;
let server: RepServer;
let admin: AdminServer;

beforeAll(async () => {
  store = await startStore();
  server = await startRep(store);
  admin = await startAdmin(store);
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
  await saveRep(store.redis, "acme", OTTO);
});
afterAll(async () => {
  await server.stop();
  await admin.stop();
  await store.stop();
  expect([...server.reported, ...admin.reported]).toEqual([]);
});

async function codeFrom(browser: RepBrowser): Promise<string> {
  const answer = await browser.post("/pairing-codes");
  expect(answer.status).toBe(201);
  return (await bodyOf(answer)).code;
}

async function pairedFrom(browser: RepBrowser, app = server.browser()): Promise<RepBrowser> {
  const answer = await app.post("/pair", { code: await codeFrom(browser) });
  expect(answer.status).toBe(201);
  return app;
}

async function turnOnAlerts(browser: RepBrowser): Promise<string> {
  const body = { channel: "web-push", address: aSubscription() };
  return (await bodyOf(await browser.post("/devices", body))).deviceId;
}

/** Safari by an invite, the app on the Home Screen by pairing; the app alone gets alerts. */
async function anIphone() {
  const safari = await server.signedIn();
  const app = await pairedFrom(safari);
  return { safari, app, deviceId: await turnOnAlerts(app) };
}

async function isSignedIn(browser: RepBrowser): Promise<boolean> {
  const { status } = await browser.api("/today");
  expect([200, 401]).toContain(status);
  return status === 200;
}

async function removeByOperator(deviceId: string): Promise<void> {
  expect((await admin.api(`/devices/${deviceId}`, { method: "DELETE" })).status).toBe(204);
}

describe("a phone that an operator removed", () => {
  test("is locked out in the app and in the browser that let the app in", async () => {
    const { safari, app, deviceId } = await anIphone();
    await removeByOperator(deviceId);
    expect([await isSignedIn(safari), await isSignedIn(app)]).toEqual([false, false]);
    expect((await safari.post("/pairing-codes")).status).toBe(401);
    expect((await safari.post("/devices", { channel: "pull" })).status).toBe(401);
    expect(await store.redis.keys("sb:rep-session:*")).toEqual([]);
  });

  test("leaves no code behind that would let it in again", async () => {
    const { safari, deviceId } = await anIphone();
    const code = await codeFrom(safari);
    await removeByOperator(deviceId);
    expect((await server.browser().post("/pair", { code })).status).toBe(404);
  });

  test("takes along what was paired from the app, too", async () => {
    const { app, deviceId } = await anIphone();
    const tablet = await pairedFrom(app);
    await removeByOperator(deviceId);
    expect(await isSignedIn(tablet)).toBe(false);
  });

  test.each([
    ["by another invite", (safari: RepBrowser) => takeInvite(safari)],
    [
      "by another device's code",
      async (safari: RepBrowser) => pairedFrom(await server.signedIn(), safari),
    ],
  ])("is locked out although its browser signed in again since: %s", async (_how, again) => {
    const { safari, deviceId } = await anIphone();
    await again(safari);
    await removeByOperator(deviceId);
    expect(await isSignedIn(safari)).toBe(false);
  });

  test("is locked out although the app's alerts were turned on again since", async () => {
    const { safari, app, deviceId } = await anIphone();
    await app.api(`/devices/${deviceId}`, { method: "DELETE" });
    const next = await turnOnAlerts(app);
    await removeByOperator(next);
    expect([await isSignedIn(safari), await isSignedIn(app)]).toEqual([false, false]);
  });

  test("leaves the rep's other phone and everybody else signed in", async () => {
    const { deviceId } = await anIphone();
    const others = [await server.signedIn(), await server.signedIn(OTTO_REF)];
    await removeByOperator(deviceId);
    expect(await Promise.all(others.map(isSignedIn))).toEqual([true, true]);
  });
});

describe("a phone that its rep removed elsewhere", () => {
  test("is locked out, and the browser in which the rep did it is not", async () => {
    const { safari, app, deviceId } = await anIphone();
    const laptop = await pairedFrom(safari);
    const laptopDevice = await turnOnAlerts(laptop);
    expect((await laptop.api(`/devices/${deviceId}`, { method: "DELETE" })).status).toBe(204);
    expect([await isSignedIn(safari), await isSignedIn(app)]).toEqual([false, false]);
    expect(await isSignedIn(laptop)).toBe(true);
    await removeByOperator(laptopDevice);
    expect(await isSignedIn(laptop)).toBe(false);
  });

  test("another rep's device is unknown, and its sessions stay", async () => {
    const { safari, app, deviceId } = await anIphone();
    const otto = await server.signedIn(OTTO_REF);
    expect((await otto.api(`/devices/${deviceId}`, { method: "DELETE" })).status).toBe(404);
    expect([await isSignedIn(safari), await isSignedIn(app)]).toEqual([true, true]);
  });
});

describe("signing a rep out everywhere", () => {
  test("ends sessions that never had a device, codes and invites, and browsers' alerts", async () => {
    const { safari, app, deviceId } = await anIphone();
    const bare = await server.signedIn();
    const code = await codeFrom(bare);
    const invite = await server.invite();
    const otto = await server.signedIn(OTTO_REF);
    expect((await admin.api(SESSIONS, { method: "DELETE" })).status).toBe(204);
    const mine = await Promise.all([safari, app, bare].map(isSignedIn));
    expect(mine).toEqual([false, false, false]);
    expect((await server.browser().post("/pair", { code })).status).toBe(404);
    expect((await server.browser().post(`/invites/${invite}`)).status).toBe(404);
    expect(await readDevice(store.redis, { ...REP_REF, deviceId })).toMatchObject({
      state: "revoked",
    });
    expect(await isSignedIn(otto)).toBe(true);
  });

  test("can be repeated, and a new invite signs in", async () => {
    for (let times = 0; times < 2; times += 1) {
      expect((await admin.api(SESSIONS, { method: "DELETE" })).status).toBe(204);
    }
    const browser = await server.signedIn();
    expect(await isSignedIn(await pairedFrom(browser))).toBe(true);
  });

  test("is for operators, and for reps who are known", async () => {
    const browser = await server.signedIn();
    const answer = await admin.call(`/admin/api${SESSIONS}`, { method: "DELETE" });
    expect(answer.status).toBe(401);
    for (const path of [
      "/reps/acme/0055f00000NobodyAAU/sessions",
      `/reps/beta/${REP.userId}/sessions`,
    ]) {
      expect([path, (await admin.api(path, { method: "DELETE" })).status]).toEqual([path, 404]);
    }
    expect(await isSignedIn(browser)).toBe(true);
  });
});

async function takeInvite(browser: RepBrowser): Promise<void> {
  expect((await browser.post(`/invites/${await server.invite()}`)).status).toBe(201);
}
