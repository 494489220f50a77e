import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { findPullDevice, listDevices, readDevice } from "../../src/books/device-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { openChannels } from "../../src/channels.ts";
import { type DeviceDesk, openDeviceDesk } from "../../src/devices/device-desk.ts";
import { pullTokenHash } from "../../src/devices/enrol-device.ts";
import { openAddress } from "../../src/devices/sealed-address.ts";
import { type AdminStore, SECRET_KEY, startStore } from "../admin/admin-server.ts";
import {
  anAppointment,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "../admin/state.ts";
import { type Sink, startSink } from "./sink.ts";

const REP_REF = { connection: "acme", userId: REP.userId };
const SECRET = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
const ADDRESS = { url: "http://127.0.0.1:9/hook", secret: SECRET };

const open = openChannels({ outboundAllow: ["127.0.0.1"], connections: new Map() });
let store: AdminStore;
let desk: DeviceDesk;
let sink: Sink;

beforeAll(async () => {
  store = await startStore();
  desk = openDeviceDesk({
    redis: store.redis,
    channels: open.channels,
    secretKey: SECRET_KEY,
    publicUrl: new URL("http://bridge.example.com"),
    deliveries: store.queues.deliveries,
    nowMs: Date.now,
  });
});
beforeEach(async () => {
  sink = await startSink();
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
});
afterEach(() => sink.stop());
afterAll(async () => {
  await open.close();
  await store.stop();
});

async function enrol(address: unknown = ADDRESS): Promise<string> {
  const outcome = await desk.enrol(REP_REF, { channel: "webhook", address });
  if (outcome.kind !== "enrolled") {
    throw new Error(`not enrolled: ${JSON.stringify(outcome)}`);
  }
  return outcome.deviceId;
}

function waitingDeliveries(): Promise<readonly unknown[]> {
  return store.queues.deliveries.queue
    .getJobs(["waiting"])
    .then((jobs) => jobs.map(({ data }) => data));
}

describe("enrolling a push device", () => {
  test("keeps the address sealed: Redis never holds it in the clear", async () => {
    const deviceId = await enrol();
    const device = await readDevice(store.redis, { ...REP_REF, deviceId });
    expect(openAddress(device?.sealedAddress ?? "", SECRET_KEY)).toEqual(ADDRESS);
    expect(JSON.stringify(device)).not.toMatch(/whsec_|127\.0\.0\.1/);
  });

  test("the same address is the same device, also in another order, at the same moment, after it was revoked", async () => {
    const { url, secret } = ADDRESS;
    const [first, second] = await Promise.all([enrol(), enrol({ secret, url })]);
    expect(second).toBe(first);
    await desk.revoke(first);
    expect(await enrol()).toBe(first);
    expect(await listDevices(store.redis, REP_REF)).toMatchObject([
      { deviceId: first, state: "active" },
    ]);
  });

  test("another address or another rep is another device", async () => {
    const otto = { userId: "0055f00000ZzZzZAAV", name: "Otto" };
    await saveRep(store.redis, "acme", otto);
    const first = await enrol();
    const second = await enrol({ ...ADDRESS, url: "http://127.0.0.1:9/other" });
    const third = await desk.enrol(
      { connection: "acme", userId: otto.userId },
      { channel: "webhook", address: ADDRESS },
    );
    const thirdId = third.kind === "enrolled" ? third.deviceId : "";
    expect(new Set([first, second, thirdId]).size).toBe(3);
  });

  test.each([
    [{ ...ADDRESS, url: "http://192.168.1.5/hook" }, "address.url"],
    [{ ...ADDRESS, url: "https://10.0.0.1/hook" }, "address.url"],
    [{ ...ADDRESS, url: "ftp://example.com/hook" }, "address.url"],
    [{ ...ADDRESS, url: "https://user:pw@example.com/hook" }, "address.url"],
    [{ ...ADDRESS, secret: "short" }, "address.secret"],
    ["https://example.com", "address"],
    [undefined, "address"],
  ])("the address %j is refused with the reason at its path", async (address, path) => {
    const outcome = await desk.enrol(REP_REF, { channel: "webhook", address });
    expect(outcome).toMatchObject({
      kind: "refused",
      issues: [{ path, message: expect.stringMatching(/\w{3}/) }],
    });
    expect(await listDevices(store.redis, REP_REF)).toEqual([]);
  });

  test("an unknown channel is refused with the names of those there are", async () => {
    const known = "ntfy, webhook, email, sms, salesforce-notification, pull";
    for (const channel of ["pigeon", "Email"]) {
      expect(await desk.enrol(REP_REF, { channel, address: ADDRESS })).toEqual({
        kind: "refused",
        issues: [{ path: "channel", message: `must be one of: ${known}` }],
      });
    }
  });

  test.each([
    ["ntfy", { topic: "siro-topic" }, /add channels\.ntfy to the connection acme/],
    ["email", { email: "dana@example.com" }, /set SMTP_URL and channels\.email\.from/],
    ["sms", { phone: "+12025550143" }, /add channels\.sms to the connection acme/],
    ["salesforce-notification", {}, /channels\.salesforceNotification to the connection acme/],
  ])("%s is refused until it is set up, and says with what", async (channel, address, reason) => {
    expect(await desk.enrol(REP_REF, { channel, address })).toEqual({
      kind: "refused",
      issues: [{ path: "address", message: expect.stringMatching(reason) }],
    });
  });

  test("an unknown rep gets no device", async () => {
    const nobody = { connection: "acme", userId: "0055f00000ZzZzZAAV" };
    expect(await desk.enrol(nobody, { channel: "pull" })).toEqual({ kind: "unknown-rep" });
    expect(await listDevices(store.redis, nobody)).toEqual([]);
  });

  test("in the middle of a visit it gets the prompt that is live, once", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const deviceId = await enrol();
    await enrol();
    const { promptId } = prompt;
    const delivery = { ...REP_REF, recordId: RECORD_ID, promptId, deviceId, v: 1 };
    expect(await waitingDeliveries()).toEqual([delivery]);
    // The prompt's own moment may come at the same time: still one job.
    await store.queues.deliveries.add([delivery]);
    expect(await waitingDeliveries()).toEqual([delivery]);
    // A device that comes back gets it although its job was there before.
    await desk.revoke(deviceId);
    await enrol();
    expect(await waitingDeliveries()).toEqual([delivery, delivery]);
  });

  test.each([
    { expiresAtMs: Date.now() - 1 },
    { state: "waiting" as const },
    { state: "superseded" as const },
  ])("a prompt that is not live is not handed over: %j", async (input) => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt(input)]);
    await enrol();
    expect(await waitingDeliveries()).toEqual([]);
  });
});

describe("enrolling a pull device", () => {
  test("tells a long token once and keeps its digest only", async () => {
    const outcome = await desk.enrol(REP_REF, { channel: "pull", label: "Rita's watch" });
    const token = outcome.kind === "enrolled" ? (outcome.token ?? "") : "";
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(await findPullDevice(store.redis, pullTokenHash(token))).toMatchObject({
      channel: "pull",
      label: "Rita's watch",
    });
    const keys = await store.redis.keys("*");
    const dump = await Promise.all(keys.map((key) => store.redis.dump(key)));
    expect(keys.join() + dump.join()).not.toContain(token);
  });

  test("is worth nothing once it is revoked, and revoking twice is fine", async () => {
    const outcome = await desk.enrol(REP_REF, { channel: "pull" });
    if (outcome.kind !== "enrolled") {
      throw new Error("not enrolled");
    }
    const { deviceId, token = "" } = outcome;
    expect(await desk.revoke(deviceId)).toBe("revoked");
    expect(await findPullDevice(store.redis, pullTokenHash(token))).toBeUndefined();
    expect(await desk.revoke(deviceId)).toBe("revoked");
    expect(await desk.revoke("dnobody")).toBe("unknown");
  });
});

describe("sending a test prompt", () => {
  test("reaches every active push device, signed and without any Siro action", async () => {
    const good = await enrol({ url: `${sink.url}/ok`, secret: SECRET });
    const gone = await enrol({ url: `${sink.url}/gone`, secret: SECRET });
    const revoked = await enrol({ url: `${sink.url}/revoked`, secret: SECRET });
    await desk.revoke(revoked);
    await desk.enrol(REP_REF, { channel: "pull" });

    expect(await desk.test(REP_REF)).toEqual([
      { deviceId: good, channel: "webhook", outcome: "accepted", answer: "HTTP 204" },
      { deviceId: gone, channel: "webhook", outcome: "device-gone", answer: "HTTP 410" },
    ]);
    expect(sink.requests.map(({ path }) => path).toSorted()).toEqual(["/gone", "/ok"]);
    const [one] = sink.requests.filter(({ path }) => path === "/ok");
    const body = new Webhook(SECRET).verify(one?.body ?? "", one?.headers ?? {});
    expect(body).toMatchObject({ type: "prompt.test", data: { rep: { userId: REP.userId } } });
    expect(one?.body).not.toContain("siro.ai");
    expect(await listDevices(store.redis, REP_REF)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ deviceId: good, lastAcceptedAtMs: expect.any(Number) }),
        expect.objectContaining({ deviceId: gone, state: "gone" }),
      ]),
    );
  });

  test("is nothing for an unknown rep, and an empty list for one without devices", async () => {
    expect(await desk.test(REP_REF)).toEqual([]);
    expect(await desk.test({ connection: "beta", userId: REP.userId })).toBeUndefined();
  });
});
