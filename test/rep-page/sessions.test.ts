import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readDevice } from "../../src/books/device-book.ts";
import { readPairing } from "../../src/books/pairing-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type AdminStore, aConnection, bodyOf, startStore } from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";
import { type RepInput, type RepServer, startRep } from "./rep-server.ts";
import { aSubscription } from "./subscription.ts";

const REP_REF = { connection: "acme", userId: REP.userId };
const OTTO = { userId: "0055f00000ZzZzZAAV", email: "otto@example.com", name: "Otto" };
const OTTO_REF = { connection: "acme", userId: OTTO.userId };
const HOUR_MS = 3_600_000;

let store: AdminStore;
let server: RepServer;
const others: RepServer[] = [];

beforeAll(async () => {
  store = await startStore();
  server = await startRep(store);
});
beforeEach(async () => {
  await store.redis.flushall();
  await saveRep(store.redis, "acme", REP);
  await saveRep(store.redis, "acme", OTTO);
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

async function codeOf(answer: Response): Promise<string> {
  return `${answer.status} ${(await bodyOf(answer)).error.code}`;
}

describe("an invite", () => {
  test("is shown as often as asked, by name alone, and used up by the POST", async () => {
    const token = await server.invite();
    const browser = server.browser();
    for (let looks = 0; looks < 3; looks += 1) {
      const shown = await browser.api(`/invites/${token}`);
      expect(shown.status).toBe(200);
      expect(shown.headers.get("set-cookie")).toBeNull();
      expect(await bodyOf(shown)).toEqual({
        rep: { name: REP.name },
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }
    expect((await server.call(`/rep/invite/${token}`)).status).toBe(200);
    const taken = await browser.post(`/invites/${token}`);
    expect([taken.status, await bodyOf(taken)]).toEqual([201, {}]);
    expect(await codeOf(await browser.api(`/invites/${token}`))).toBe("404 INVITE_UNKNOWN");
    expect(await codeOf(await server.browser().post(`/invites/${token}`))).toBe(
      "404 INVITE_UNKNOWN",
    );
    expect(await bodyOf(await browser.api("/me"))).toMatchObject({
      rep: { userId: REP.userId, name: REP.name },
      connection: "acme",
      devices: [],
    });
  });

  test("of 20 browsers at the same moment exactly one gets in, and no session is left over", async () => {
    const token = await server.invite();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.browser().post(`/invites/${token}`)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 404)).toHaveLength(19);
    expect(await store.redis.keys("sb:rep-session:*")).toHaveLength(1);
  });

  test("Redis holds neither its token nor the session's", async () => {
    const token = await server.invite();
    const held = await store.redis.keys("*");
    expect(held).toContain(keyspace.invite(createHash("sha256").update(token).digest("base64url")));
    const browser = await server.signedIn();
    const secret = browser.cookie().split("=")[1] ?? "";
    expect(secret).toMatch(/^[\w-]{43}$/);
    for (const key of await store.redis.keys("*")) {
      const text = key.startsWith("sb:rep-session:") ? await store.redis.get(key) : "";
      expect(`${key} ${text}`).not.toContain(token);
      expect(`${key} ${text}`).not.toContain(secret);
    }
  });

  test.each([
    ["expired", async () => server.invite(REP_REF, HOUR_MS)],
    ["forged", async () => "A".repeat(43)],
    ["a path", async () => "..%2F..%2Fsb"],
  ])("one that is %s is unknown", async (_what, tokenOf) => {
    const later = await anotherServer({ nowMs: () => Date.now() + HOUR_MS + 1_000 });
    const token = await tokenOf();
    expect(await codeOf(await later.browser().api(`/invites/${token}`))).toBe("404 INVITE_UNKNOWN");
    expect(await codeOf(await later.browser().post(`/invites/${token}`))).toBe(
      "404 INVITE_UNKNOWN",
    );
  });

  test("guessing is slowed down, for a right one, too", async () => {
    const own = await anotherServer();
    for (let guess = 0; guess < 100; guess += 1) {
      await own.browser().api(`/invites/guess-${guess}`);
    }
    const token = await own.invite();
    const answer = await own.browser().post(`/invites/${token}`);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("a pairing code", () => {
  async function aCode(): Promise<string> {
    const answer = await (await server.signedIn()).post("/pairing-codes");
    expect(answer.status).toBe(201);
    return (await bodyOf(answer)).code;
  }

  test("signs another browser in once, however it is typed, and is kept as a keyed digest", async () => {
    const code = await aCode();
    expect(code).toMatch(/^[2-9A-HJKMNP-Z]{8}$/);
    expect((await store.redis.keys("sb:pair:*")).join()).not.toContain(code);
    const stranger = { redis: store.redis, secretKey: Buffer.alloc(32, 1), nowMs: Date.now };
    expect(await readPairing(stranger, code)).toBeUndefined();
    const app = server.browser();
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    expect((await app.post("/pair", { code: typed })).status).toBe(201);
    expect(await bodyOf(await app.api("/me"))).toMatchObject({ rep: { userId: REP.userId } });
    expect(await codeOf(await server.browser().post("/pair", { code }))).toBe(
      "404 PAIRING_UNKNOWN",
    );
  });

  test("of many at the same moment exactly one gets in", async () => {
    const code = await aCode();
    const own = await anotherServer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => own.browser().post("/pair", { code })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  test("is not given to somebody who is not signed in", async () => {
    expect(await codeOf(await server.browser().post("/pairing-codes"))).toBe("401 REP_UNKNOWN");
  });

  test.each([
    ["too old", 61],
    ["still good", 59],
  ])("after an hour it is no more: %s", async (_what, minutes) => {
    const code = await aCode();
    const later = await anotherServer({ nowMs: () => Date.now() + minutes * 60_000 });
    const answer = await later.browser().post("/pair", { code });
    expect(answer.status).toBe(minutes > 60 ? 404 : 201);
  });

  test("ten wrong ones close the door, for a right one, too", async () => {
    const own = await anotherServer();
    const code = await aCode();
    for (let guess = 0; guess < 10; guess += 1) {
      expect((await own.browser().post("/pair", { code: "22222222" })).status).toBe(404);
    }
    expect(await codeOf(await own.browser().post("/pair", { code }))).toBe("429 TOO_MANY_REQUESTS");
  });

  test("a code of another form is refused with the reason", async () => {
    for (const body of [{}, { code: 7 }, { code: "" }]) {
      expect(await codeOf(await server.browser().post("/pair", body))).toBe("400 INPUT_INVALID");
    }
    expect(await codeOf(await server.browser().post("/pair", { code: "0OIL1111" }))).toBe(
      "404 PAIRING_UNKNOWN",
    );
  });
});

describe("the session", () => {
  test.each([
    ["http://bridge.example.com", ""],
    ["https://bridge.example.com", "; Secure"],
  ])("its cookie at %s can be read by no script and is sent nowhere else", async (publicUrl, secure) => {
    const own = await anotherServer({ publicUrl: new URL(publicUrl) });
    const answer = await own.browser().post(`/invites/${await own.invite()}`);
    expect(answer.headers.get("set-cookie")).toMatch(
      new RegExp(
        `^siro_bridge_rep=[\\w-]{43}; Max-Age=7776000; Path=/; HttpOnly${secure}; SameSite=Lax$`,
      ),
    );
  });

  test("lives on with its use, in Redis and in the browser", async () => {
    const browser = await server.signedIn();
    const [key = ""] = await store.redis.keys("sb:rep-session:*");
    await store.redis.expire(key, 60);
    const answer = await browser.api("/me");
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=7776000");
    expect(await store.redis.ttl(key)).toBeGreaterThan(89 * 86_400);
  });

  test("a planted cookie is worth nothing after signing in, and neither is an earlier session", async () => {
    const browser = server.browser();
    const planted = `siro_bridge_rep=${"a".repeat(43)}`;
    browser.plant(planted);
    await browser.post(`/invites/${await server.invite()}`);
    expect(browser.cookie()).not.toBe(planted);
    const attacker = server.browser();
    attacker.plant(planted);
    expect((await attacker.api("/me")).status).toBe(401);

    const before = browser.cookie();
    await browser.post(`/invites/${await server.invite()}`);
    attacker.plant(before);
    expect((await attacker.api("/me")).status).toBe(401);
    expect((await browser.api("/me")).status).toBe(200);
  });

  test("signing out ends it and the alerts of this browser, and can be repeated", async () => {
    const browser = await server.signedIn();
    const kept = browser.cookie();
    const enrolled = await browser.post("/devices", {
      channel: "web-push",
      address: aSubscription(),
    });
    const { deviceId } = await bodyOf(enrolled);
    const out = await browser.post("/sign-out");
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^siro_bridge_rep=; Max-Age=0;/);
    expect((await browser.post("/sign-out")).status).toBe(204);
    browser.plant(kept);
    expect((await browser.api("/me")).status).toBe(401);
    expect(await readDevice(store.redis, { ...REP_REF, deviceId })).toMatchObject({
      state: "revoked",
    });
  });

  test("another rep who signs in in the same browser takes nothing over", async () => {
    const browser = await server.signedIn();
    const address = aSubscription();
    const mine = await bodyOf(await browser.post("/devices", { channel: "web-push", address }));
    await browser.post(`/invites/${await server.invite(OTTO_REF)}`);
    expect(await bodyOf(await browser.api("/me"))).toMatchObject({
      rep: { userId: OTTO.userId },
      devices: [],
    });
    expect(await readDevice(store.redis, { ...REP_REF, deviceId: mine.deviceId })).toMatchObject({
      state: "revoked",
    });
    const theirs = await bodyOf(await browser.post("/devices", { channel: "web-push", address }));
    expect(theirs.deviceId).not.toBe(mine.deviceId);
  });

  test("ends when an operator removes its device", async () => {
    const browser = await server.signedIn();
    const body = { channel: "web-push", address: aSubscription() };
    const { deviceId } = await bodyOf(await browser.post("/devices", body));
    expect((await browser.api("/today")).status).toBe(200);
    await server.devices.revoke(deviceId);
    expect((await browser.post("/devices", body)).status).toBe(401);
    expect(await readDevice(store.redis, { ...REP_REF, deviceId })).toMatchObject({
      state: "revoked",
    });
    expect(await store.redis.keys("sb:rep-session:*")).toEqual([]);
  });

  test("is worth nothing once its connection is not configured any more", async () => {
    const browser = await server.signedIn();
    const other = await anotherServer({ connection: aConnection({ name: "beta" }) });
    const answer = await other.call("/rep/api/me", { headers: { cookie: browser.cookie() } });
    expect(answer.status).toBe(401);
  });

  test("without one the page hears how to sign in", async () => {
    const salesforce = {
      instanceUrl: "https://acme.my.salesforce.com",
      auth: { kind: "client-credentials", clientId: "id", clientSecret: "secret" },
      repSignIn: { clientId: "rep-app" },
    };
    const own = await anotherServer({
      connection: aConnection({ salesforce }),
      others: [aConnection({ name: "beta" })],
    });
    const answer = await own.browser().api("/me");
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([401, "no-store"]);
    expect(await bodyOf(answer)).toEqual({
      error: { code: "REP_UNKNOWN", message: expect.any(String) },
      signIn: [{ connection: "acme", url: "/rep/sign-in/acme" }],
    });
    for (const path of ["/today", "/live", "/nothing"]) {
      const { status } = await own.browser().api(path);
      expect([path, status]).toEqual([path, path === "/nothing" ? 404 : 401]);
    }
  });
});
