import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { listDevices, noteDevice, readDevice, savePullToken } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { pullTokenHash } from "../../src/devices/enrol-device.ts";
import { openAddress } from "../../src/devices/sealed-address.ts";
import {
  type AdminStore,
  aConnection,
  bodyOf,
  SECRET_KEY,
  startStore,
} from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";
import { type Sink, startSink } from "../devices/sink.ts";
import { type RepBrowser, type RepInput, type RepServer, startRep } from "./rep-server.ts";
import { aSubscription } from "./subscription.ts";

const REP_REF = { connection: "acme", userId: REP.userId };
const OTTO = { userId: "0055f00000ZzZzZAAV", email: "otto@example.com", name: "Otto" };
const HOUR_MS = 3_600_000;
const CHANNELS = { ntfy: { serverUrl: "https://ntfy.example.com/" } };

let store: AdminStore;
let server: RepServer;
const others: RepServer[] = [];

beforeAll(async () => {
  store = await startStore();
  server = await startRep(store, {
    connection: aConnection({ channels: CHANNELS }),
    others: [aConnection({ name: "beta" })],
  });
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
  await saveRep(store.redis, "acme", OTTO);
  await saveRep(store.redis, "beta", REP);
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});
afterAll(async () => {
  await server.stop();
  await store.stop();
  expect(server.reported).toEqual([]);
});

async function anotherServer(input: RepInput = {}): Promise<RepServer> {
  const other = await startRep(store, input);
  others.push(other);
  return other;
}

async function enrol(browser: RepBrowser, body: object): Promise<{ readonly deviceId: string }> {
  const answer = await browser.post("/devices", body);
  expect(answer.status).toBe(201);
  return bodyOf(answer);
}

function aBrowserDevice(browser: RepBrowser, address = aSubscription(), own: object = {}) {
  return enrol(browser, { channel: "web-push", address, ...own });
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads it also judges.
async function devicesOf(browser: RepBrowser): Promise<any[]> {
  return (await bodyOf(await browser.api("/me"))).devices;
}

describe("a browser", () => {
  test("enrols itself, is told apart from the others, and its address is told to nobody", async () => {
    const browser = await server.signedIn();
    const address = aSubscription();
    const { deviceId } = await aBrowserDevice(browser, address, {
      label: "My phone",
      platform: "ios",
    });
    await aBrowserDevice(await server.signedIn());
    const me = await bodyOf(await browser.api("/me"));
    expect(me.vapidPublicKey).toMatch(/^[\w-]{87}$/);
    expect(me.devices).toMatchObject([
      { deviceId, label: "My phone", platform: "ios", isThis: true, state: "active" },
      { isThis: false, isPrimary: false, channel: "web-push" },
    ]);
    expect(me.devices[0].health).toEqual({ level: "good", text: "Ready: no alert was sent yet" });
    expect(JSON.stringify(me)).not.toContain(address.endpoint);
  });

  test("tells its address at every launch and stays one device, with the name its rep gave it", async () => {
    const browser = await server.signedIn();
    const address = aSubscription();
    const { deviceId } = await aBrowserDevice(browser, address);
    await browser.post(`/devices/${deviceId}`, { label: "Van phone", isPrimary: true });
    await noteDevice(store.redis, { ...REP_REF, deviceId }, { lastShownAtMs: 1_000 });
    const again = await aBrowserDevice(browser, { ...address, expirationTime: null });
    expect(again.deviceId).toBe(deviceId);
    const renewed = { ...aSubscription(), endpoint: address.endpoint };
    expect((await aBrowserDevice(browser, renewed)).deviceId).toBe(deviceId);
    expect(await listDevices(store.redis, REP_REF)).toMatchObject([
      { deviceId, label: "Van phone", isPrimary: true, lastShownAtMs: 1_000 },
    ]);
  });

  test("that renewed its subscription takes the place of the device it was", async () => {
    const browser = await server.signedIn();
    const old = await aBrowserDevice(browser);
    await browser.post(`/devices/${old.deviceId}`, { label: "Van phone", isPrimary: true });
    const heir = await aBrowserDevice(browser);
    expect(heir.deviceId).not.toBe(old.deviceId);
    expect(await devicesOf(browser)).toMatchObject([
      { deviceId: heir.deviceId, label: "Van phone", isPrimary: true, isThis: true },
    ]);
    const stored = await readDevice(store.redis, { ...REP_REF, deviceId: old.deviceId });
    expect(stored).toMatchObject({ state: "revoked" });
  });

  test("that renews its subscription while it asks for the day stays signed in", async () => {
    const browser = await server.signedIn();
    await aBrowserDevice(browser);
    const renewing = aBrowserDevice(browser);
    const answers = await Promise.all(Array.from({ length: 12 }, () => browser.api("/today")));
    await renewing;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await browser.api("/today")).status).toBe(200);
  });

  test("in which another rep signs in is that rep's alone, and the first one's again later", async () => {
    const address = aSubscription();
    const otto = { connection: "acme", userId: OTTO.userId };
    const stateOf = async (rep: typeof otto) =>
      (await listDevices(store.redis, rep)).map(({ state }) => state);
    const rita = await server.signedIn();
    await aBrowserDevice(rita, address);
    await aBrowserDevice(await server.signedIn(otto), address);
    expect([await stateOf(REP_REF), await stateOf(otto)]).toEqual([["revoked"], ["active"]]);
    expect((await rita.api("/today")).status).toBe(401);
    await aBrowserDevice(await server.signedIn(), {
      ...aSubscription(),
      endpoint: address.endpoint,
    });
    expect([await stateOf(REP_REF), await stateOf(otto)]).toEqual([["active"], ["revoked"]]);
  });

  test("that two reps enrol at the same moment is one rep's", async () => {
    const address = aSubscription();
    const otto = { connection: "acme", userId: OTTO.userId };
    const browsers = [await server.signedIn(), await server.signedIn(otto)];
    await Promise.all(browsers.map((browser) => aBrowserDevice(browser, address)));
    const devices = [
      ...(await listDevices(store.redis, REP_REF)),
      ...(await listDevices(store.redis, otto)),
    ];
    expect(new Set(devices.map(({ state }) => state))).toEqual(new Set(["active", "revoked"]));
  });

  test.each([
    ["https://127.0.0.1.evil.example/push", "address.endpoint"],
    ["http://updates.push.services.mozilla.com/x", "address.endpoint"],
    ["https://169.254.169.254/latest/.google.com/", "address.endpoint"],
  ])("with the endpoint %s is refused with the reason", async (endpoint, path) => {
    const address = { ...aSubscription(), endpoint };
    const answer = await (await server.signedIn()).post("/devices", {
      channel: "web-push",
      address,
    });
    expect(answer.status).toBe(400);
    const { error } = await bodyOf(answer);
    expect([error.code, error.issues[0].path]).toEqual(["INPUT_INVALID", path]);
  });

  test("is noted as seen, at most once an hour", async () => {
    const browser = await server.signedIn();
    const { deviceId } = await aBrowserDevice(browser);
    const seenAt = async () =>
      (await readDevice(store.redis, { ...REP_REF, deviceId }))?.lastSeenAtMs ?? 0;
    await browser.api("/today");
    const first = await seenAt();
    expect(first).toBeGreaterThan(Date.now() - 5_000);
    for (const [minutes, isNoted] of [
      [59, false],
      [61, true],
    ] as const) {
      const later = await anotherServer({ nowMs: () => Date.now() + minutes * 60_000 });
      await later.call("/rep/api/today", { headers: { cookie: browser.cookie() } });
      expect((await seenAt()) > first).toBe(isNoted);
    }
  });
});

describe("ntfy", () => {
  test("gets a topic that nobody can guess and nobody chose", async () => {
    const browser = await server.signedIn();
    const made = await bodyOf(
      await browser.post("/devices", {
        channel: "ntfy",
        address: { topic: "mine" },
        topic: "mine",
      }),
    );
    const { topic } = made.subscribe;
    expect(topic).toMatch(/^sb-[\w-]{22}$/);
    expect(made).toEqual({
      deviceId: expect.stringMatching(/^d/),
      subscribe: {
        serverUrl: "https://ntfy.example.com",
        topic,
        url: `https://ntfy.example.com/${topic}`,
      },
    });
    const stored = await readDevice(store.redis, { ...REP_REF, deviceId: made.deviceId });
    expect(openAddress(stored?.sealedAddress ?? "", SECRET_KEY)).toEqual({ topic });
    expect(await devicesOf(browser)).toMatchObject([{ isThis: false, channel: "ntfy" }]);
  });

  test("without a server it is refused, and the page knows before", async () => {
    const browser = await server.signedIn({ connection: "beta", userId: REP.userId });
    expect(await bodyOf(await browser.api("/me"))).toMatchObject({ ntfy: null });
    expect((await browser.post("/devices", { channel: "ntfy" })).status).toBe(400);
    expect(await devicesOf(browser)).toEqual([]);
  });
});

describe("an automation", () => {
  test("has a token that works until the rep takes another one", async () => {
    const browser = await server.signedIn();
    const made = await bodyOf(await browser.post("/devices", { channel: "pull", label: "Van" }));
    expect(made).toEqual({ deviceId: expect.any(String), token: expect.any(String) });
    expect((await server.next(made.token)).status).toBe(204);
    const answer = await browser.post(`/devices/${made.deviceId}/token`);
    expect(answer.status).toBe(201);
    const { token } = await bodyOf(answer);
    expect(token).not.toBe(made.token);
    expect((await server.next(made.token)).status).toBe(401);
    expect((await server.next(token)).status).toBe(204);
    expect(await devicesOf(browser)).toHaveLength(1);
    await browser.api(`/devices/${made.deviceId}`, { method: "DELETE" });
    expect((await server.next(token)).status).toBe(401);
    expect((await browser.post(`/devices/${made.deviceId}/token`)).status).toBe(404);
  });

  test("of many new tokens at the same moment one works, and it is the device's", async () => {
    const browser = await server.signedIn();
    const made = await bodyOf(await browser.post("/devices", { channel: "pull" }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => browser.post(`/devices/${made.deviceId}/token`)),
    );
    const tokens = await Promise.all(answers.map(async (one) => (await bodyOf(one)).token));
    const statuses = await Promise.all(
      [made.token, ...tokens].map(async (token) => (await server.next(token)).status),
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(await store.redis.keys("sb:pull:*")).toHaveLength(1);
  });

  test("a token that a crash left behind is not the device's", async () => {
    const browser = await server.signedIn();
    const { deviceId } = await enrol(browser, { channel: "pull" });
    await savePullToken(store.redis, pullTokenHash("left-behind"), { ...REP_REF, deviceId });
    expect((await server.next("left-behind")).status).toBe(401);
  });

  test("a browser has no token to renew", async () => {
    const browser = await server.signedIn();
    const { deviceId } = await aBrowserDevice(browser);
    expect((await browser.post(`/devices/${deviceId}/token`)).status).toBe(404);
    expect(await store.redis.keys("sb:pull:*")).toEqual([]);
  });
});

describe("a rep's devices", () => {
  test("have exactly one first among them, also when several are chosen at once", async () => {
    const browser = await server.signedIn();
    const made: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      made.push((await enrol(browser, { channel: "ntfy" })).deviceId);
    }
    await Promise.all(made.map((id) => browser.post(`/devices/${id}`, { isPrimary: true })));
    expect((await devicesOf(browser)).filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
    const [chosen = ""] = made;
    expect((await browser.post(`/devices/${chosen}`, { isPrimary: true })).status).toBe(204);
    const first = (await devicesOf(browser)).filter(({ isPrimary }) => isPrimary);
    expect(first).toMatchObject([{ deviceId: chosen }]);
    await browser.api(`/devices/${chosen}`, { method: "DELETE" });
    expect((await devicesOf(browser)).filter(({ isPrimary }) => isPrimary)).toEqual([]);
  });

  test("one that is gone cannot be first, and one that was removed is unknown", async () => {
    const browser = await server.signedIn();
    const { deviceId } = await enrol(browser, { channel: "ntfy" });
    await noteDevice(store.redis, { ...REP_REF, deviceId }, { state: "gone" });
    const answer = await browser.post(`/devices/${deviceId}`, { isPrimary: true });
    expect(await bodyOf(answer)).toMatchObject({ error: { issues: [{ path: "isPrimary" }] } });
    expect((await browser.post(`/devices/${deviceId}`, { label: "Old" })).status).toBe(204);
    await browser.api(`/devices/${deviceId}`, { method: "DELETE" });
    expect((await browser.post(`/devices/${deviceId}`, { label: "Old" })).status).toBe(404);
  });

  test("an automation, which asks by itself, and an integration cannot be first", async () => {
    const browser = await server.signedIn();
    const { deviceId } = await enrol(browser, { channel: "pull" });
    const address = { url: "https://example.com/", secret: `whsec_${"A".repeat(32)}` };
    const made = await server.devices.enrol(REP_REF, { channel: "webhook", address });
    const ids = [deviceId, made.kind === "enrolled" ? made.deviceId : ""];
    for (const id of ids) {
      const answer = await browser.post(`/devices/${id}`, { isPrimary: true, label: "First" });
      expect([answer.status, (await bodyOf(answer)).error]).toMatchObject([
        400,
        { code: "INPUT_INVALID", issues: [{ path: "isPrimary" }] },
      ]);
    }
    const labels = (await devicesOf(browser)).map(({ label, isPrimary }) => [label, isPrimary]);
    expect(labels).toEqual([
      ["pull", false],
      ["webhook", false],
    ]);
    expect((await browser.post(`/devices/${deviceId}`, { label: "Van" })).status).toBe(204);
  });

  test.each([
    [{ label: "" }, "label"],
    [{ label: "x".repeat(101) }, "label"],
    [{ isPrimary: false }, "isPrimary"],
  ])("the change %j is refused by its path", async (change, path) => {
    const browser = await server.signedIn();
    const { deviceId } = await enrol(browser, { channel: "pull" });
    const answer = await browser.post(`/devices/${deviceId}`, change);
    expect(await bodyOf(answer)).toMatchObject({ error: { issues: [{ path }] } });
  });

  test.each([
    ["webhook", { url: "https://example.com", secret: "whsec_AAAA" }],
    ["email", { email: "x@example.com" }],
    ["pigeon", {}],
  ])("the channel %s is not for reps to enrol", async (channel, address) => {
    const answer = await (await server.signedIn()).post("/devices", { channel, address });
    expect(await bodyOf(answer)).toMatchObject({
      error: { code: "INPUT_INVALID", issues: [{ path: "channel" }] },
    });
  });

  test("are twenty at most, and a known one may come back", async () => {
    const browser = await server.signedIn();
    const address = aSubscription();
    const { deviceId } = await aBrowserDevice(browser, address);
    for (let at = 1; at < 20; at += 1) {
      await enrol(browser, { channel: "pull" });
    }
    expect((await browser.post("/devices", { channel: "pull" })).status).toBe(400);
    await aBrowserDevice(browser, address);
    // One that was removed comes back as any other: when there is room.
    await browser.api(`/devices/${deviceId}`, { method: "DELETE" });
    const { deviceId: last } = await enrol(browser, { channel: "pull" });
    const again = { channel: "web-push", address };
    expect((await browser.post("/devices", again)).status).toBe(400);
    await browser.api(`/devices/${last}`, { method: "DELETE" });
    expect((await enrol(browser, again)).deviceId).toBe(deviceId);
  });

  test("another rep's, and the same rep's at another connection, are unknown", async () => {
    const mine = await server.signedIn();
    const { deviceId } = await enrol(mine, { channel: "pull" });
    const before = await readDevice(store.redis, { ...REP_REF, deviceId });
    for (const stranger of [
      await server.signedIn({ connection: "acme", userId: OTTO.userId }),
      await server.signedIn({ connection: "beta", userId: REP.userId }),
    ]) {
      const answers = [
        await stranger.post(`/devices/${deviceId}`, { label: "stolen", isPrimary: true }),
        await stranger.post(`/devices/${deviceId}/token`),
        await stranger.api(`/devices/${deviceId}`, { method: "DELETE" }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(await devicesOf(stranger)).toEqual([]);
    }
    expect(await readDevice(store.redis, { ...REP_REF, deviceId })).toEqual(before);
  });

  test("removing this very browser leaves its rep signed in", async () => {
    const browser = await server.signedIn();
    const address = aSubscription();
    const { deviceId } = await aBrowserDevice(browser, address);
    await browser.post(`/devices/${deviceId}`, { isPrimary: true });
    expect((await browser.api(`/devices/${deviceId}`, { method: "DELETE" })).status).toBe(204);
    expect(await devicesOf(browser)).toEqual([]);
    expect((await aBrowserDevice(browser, address)).deviceId).toBe(deviceId);
    expect(await devicesOf(browser)).toMatchObject([
      { deviceId, isThis: true, state: "active", isPrimary: false },
    ]);
  });
});

describe("a test prompt", () => {
  let sink: Sink;
  beforeEach(async () => {
    sink = await startSink();
  });
  afterEach(() => sink.stop());

  test("reaches the rep's devices and tells how each fared", async () => {
    const address = { url: sink.url, secret: `whsec_${Buffer.alloc(24, 1).toString("base64")}` };
    await server.devices.enrol(REP_REF, { channel: "webhook", address });
    const browser = await server.signedIn();
    const answer = await browser.post("/test-prompt");
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      devices: [{ channel: "webhook", outcome: "accepted" }],
    });
    expect((await devicesOf(browser))[0].health).toEqual({
      level: "good",
      text: "Last alert was sent just now",
    });
  });

  test("tells nothing of what answers at an address that a browser named", async () => {
    const browser = await server.signedIn();
    const closed = await startSink();
    await closed.stop();
    const answers: string[] = [];
    for (const { url } of [sink, closed]) {
      const endpoint = `${url.replace("http:", "https:")}/push`;
      const { deviceId } = await aBrowserDevice(browser, { ...aSubscription(), endpoint });
      const tested = (await bodyOf(await browser.post("/test-prompt"))).devices;
      answers.push(JSON.stringify(tested).replaceAll(deviceId, ""));
      await browser.api(`/devices/${deviceId}`, { method: "DELETE" });
    }
    expect(answers[0]).toBe(answers[1]);
    expect(answers[0]).toBe(
      JSON.stringify([
        {
          deviceId: "",
          channel: "web-push",
          outcome: "try-later",
          answer: "there is no answer just now; try again in a minute",
        },
      ]),
    );
  });

  test("is sent ten times a minute at most", async () => {
    const own = await anotherServer();
    const browser = await own.signedIn();
    for (let at = 0; at < 10; at += 1) {
      expect((await browser.post("/test-prompt")).status).toBe(200);
    }
    expect((await browser.post("/test-prompt")).status).toBe(429);
  });
});

test("a device of a rep whose time has come is told about in words", async () => {
  const browser = await server.signedIn();
  const { deviceId } = await aBrowserDevice(browser);
  const seen = { lastSeenAtMs: Date.now() - 56 * 24 * HOUR_MS };
  await store.redis.hset(
    `sb:{acme}:rd:${REP.userId}`,
    deviceId,
    JSON.stringify({
      ...(await readDevice(store.redis, { ...REP_REF, deviceId })),
      ...seen,
      createdAtMs: seen.lastSeenAtMs,
    }),
  );
  const other = await server.signedIn();
  expect((await devicesOf(other))[0].health).toEqual({
    level: "warn",
    text: "No alert was shown for 56 days: open this page on that phone, or it is removed in 4 days",
  });
});
