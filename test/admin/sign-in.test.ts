import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type AdminServer,
  type AdminStore,
  API_TOKEN,
  bodyOf,
  cookieOf,
  forgetFailures,
  PASSWORD,
  signIn,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const OWN = { "sec-fetch-site": "same-origin" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };

let store: AdminStore;
const servers: AdminServer[] = [];

beforeAll(async () => {
  store = await startStore();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await forgetFailures(store);
});
afterAll(() => store.stop());

async function anAdmin(input: Parameters<typeof startAdmin>[1] = {}): Promise<AdminServer> {
  const server = await startAdmin(store, input);
  servers.push(server);
  return server;
}

function logIn(admin: AdminServer, password: string, headers: Record<string, string> = {}) {
  return admin.call("/admin/login", { method: "POST", body: { password }, headers });
}

describe("signing in", () => {
  test("the right password opens page and API, by a cookie that scripts and other sites cannot use", async () => {
    const admin = await anAdmin();
    const answer = await logIn(admin, PASSWORD);
    expect(answer.status).toBe(204);
    const setCookie = answer.headers.get("set-cookie");
    expect(setCookie).toMatch(/^siro_bridge_session=/);
    expect(setCookie).toMatch(/HttpOnly/);
    expect(setCookie).toMatch(/SameSite=Strict/);
    expect(setCookie).not.toMatch(/Secure/);
    const cookie = cookieOf(answer);
    expect((await admin.call("/admin/api/overview", { headers: { cookie } })).status).toBe(200);
    const page = await admin.call("/admin", { headers: { cookie } });
    expect(await page.text()).toContain("/admin/page/app.js");
  });

  test("a form is answered with the page, and with the reason when the password is wrong", async () => {
    const admin = await anAdmin();
    const post = (password: string) =>
      admin.call("/admin/login", {
        method: "POST",
        headers: FORM,
        body: `password=${encodeURIComponent(password)}`,
      });
    const right = await post(PASSWORD);
    expect([right.status, right.headers.get("location")]).toEqual([303, "/admin"]);
    const wrong = await post("not the password");
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get("content-type")).toMatch(/html/);
    expect(await wrong.text()).toContain("user name and password do not belong together");
  });

  test("behind a TLS proxy the cookie is Secure although the last hop is plain", async () => {
    const admin = await anAdmin({ publicUrl: new URL("https://bridge.example.com") });
    const answer = await logIn(admin, PASSWORD);
    expect(answer.headers.get("set-cookie")).toMatch(/; Secure/);
    const headers = { cookie: cookieOf(answer) };
    expect((await admin.call("/admin/api/overview", { headers })).status).toBe(200);
  });

  test("a session id that was known before is worth nothing after the sign-in", async () => {
    const admin = await anAdmin();
    const first = await signIn(admin);
    const second = cookieOf(await logIn(admin, PASSWORD, { cookie: first }));
    expect(second).not.toBe("");
    expect(second).not.toBe(first);
    const old = await admin.call("/admin/api/overview", { headers: { cookie: first } });
    expect(old.status).toBe(401);
  });

  test("an invented session id is not taken over", async () => {
    const admin = await anAdmin();
    const planted = "siro_bridge_session=s%3Aplanted.signature";
    const cookie = cookieOf(await logIn(admin, PASSWORD, { cookie: planted }));
    expect(cookie).not.toContain("planted");
  });

  test("the sixth guess within 15 minutes waits, even the right one, and then is heard again", async () => {
    let nowMs = Date.now();
    const admin = await anAdmin({ nowMs: () => nowMs });
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await logIn(admin, `wrong-${guess}`)).status).toBe(401);
    }
    const locked = await logIn(admin, PASSWORD);
    expect(locked.status).toBe(429);
    const seconds = Number(locked.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(900);
    nowMs += seconds * 1000;
    expect((await logIn(admin, PASSWORD)).status).toBe(204);
  });

  test("guesses at the same moment count one by one", async () => {
    const admin = await anAdmin();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => logIn(admin, `wrong-${at}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  });

  test("a stranger behind the trusted proxy does not lock out another", async () => {
    const admin = await anAdmin({ trustedProxies: ["127.0.0.1"] });
    for (let guess = 0; guess < 6; guess += 1) {
      await logIn(admin, "wrong", { "x-forwarded-for": "198.51.100.7" });
    }
    const stranger = await logIn(admin, PASSWORD, { "x-forwarded-for": "198.51.100.7" });
    const operator = await logIn(admin, PASSWORD, { "x-forwarded-for": "203.0.113.9" });
    expect([stranger.status, operator.status]).toEqual([429, 204]);
  });

  test("without a password the page says how to set one, and nobody signs in", async () => {
    const admin = await anAdmin({ adminPassword: undefined });
    expect(await (await admin.call("/admin")).text()).toContain("ADMIN_PASSWORD");
    const answer = await logIn(admin, "");
    expect(answer.status).toBe(403);
    expect(await bodyOf(answer)).toMatchObject({ error: { code: "SIGN_IN_CLOSED" } });
  });

  test("another site cannot sign a browser in", async () => {
    const admin = await anAdmin();
    const answer = await logIn(admin, PASSWORD, { "sec-fetch-site": "cross-site" });
    expect(answer.status).toBe(403);
  });

  test("signing out ends the session for good", async () => {
    const admin = await anAdmin();
    const cookie = await signIn(admin);
    const out = await admin.call("/admin/logout", { method: "POST", headers: { cookie, ...OWN } });
    expect(out.status).toBe(204);
    expect((await admin.call("/admin/api/overview", { headers: { cookie } })).status).toBe(401);
  });

  test("a session ends 12 hours after the sign-in, however busy it is", async () => {
    let nowMs = Date.now();
    const admin = await anAdmin({ nowMs: () => nowMs });
    const cookie = await signIn(admin);
    nowMs += 12 * 3_600_000 - 1_000;
    expect((await admin.call("/admin/api/overview", { headers: { cookie } })).status).toBe(200);
    nowMs += 1_000;
    expect((await admin.call("/admin/api/overview", { headers: { cookie } })).status).toBe(401);
  });

  test("a new password ends the sessions of the old one", async () => {
    const cookie = await signIn(await anAdmin());
    const changed = await anAdmin({ adminPassword: "another-invented-password" });
    expect((await changed.call("/admin/api/overview", { headers: { cookie } })).status).toBe(401);
  });
});

describe("the guard", () => {
  test("nobody gets JSON with the way to sign in; a person gets the form", async () => {
    const admin = await anAdmin();
    const nobody = await admin.call("/admin/api/overview");
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get("www-authenticate")).toBe("Bearer");
    expect(await bodyOf(nobody)).toMatchObject({ error: { code: "OPERATOR_UNKNOWN" } });
    const person = await admin.call("/admin/queues/", { headers: { accept: "text/html" } });
    expect(person.status).toBe(401);
    expect(await person.text()).toContain('action="/admin/login"');
  });

  test("a wrong bearer is refused, and so is any when none is set", async () => {
    const admin = await anAdmin();
    const wrong = { headers: { authorization: "Bearer wrong" } };
    expect((await admin.call("/admin/api/overview", wrong)).status).toBe(401);
    const closed = await anAdmin({ adminApiToken: undefined });
    expect((await closed.api("/overview")).status).toBe(401);
    const literal = { headers: { authorization: "Bearer undefined" } };
    expect((await closed.call("/admin/api/overview", literal)).status).toBe(401);
  });

  test("a script with a wrong bearer is slowed down in the end", async () => {
    const admin = await anAdmin();
    const headers = { authorization: "Bearer wrong" };
    for (let guess = 0; guess < 100; guess += 1) {
      await admin.call("/admin/api/overview", { headers });
    }
    expect((await admin.call("/admin/api/overview", { headers })).status).toBe(429);
    // Another process learns it with the first wrong one that it sees.
    const other = await anAdmin();
    expect((await other.call("/admin/api/overview", { headers })).status).toBe(401);
    expect((await other.api("/overview")).status).toBe(429);
  });

  test.each([
    [403, "another site", { "sec-fetch-site": "cross-site" }],
    [403, "another host of the same site", { "sec-fetch-site": "same-site" }],
    [403, "a foreign origin", { origin: "https://evil.example" }],
    [403, "a page without an origin", { origin: "null" }],
    [403, "something that does not say", {}],
    [
      403,
      "a foreign site with a borrowed origin",
      {
        "sec-fetch-site": "cross-site",
        origin: "http://bridge.example.com",
      },
    ],
    [200, "the bridge's own page", OWN],
    [200, "the person at the browser", { "sec-fetch-site": "none" }],
    [200, "the public address", { origin: "http://bridge.example.com" }],
  ])("a change by cookie answers %i when asked by %s", async (status, _who, headers) => {
    const admin = await anAdmin();
    const cookie = await signIn(admin);
    const answer = await admin.call("/admin/api/parked/replay", {
      method: "POST",
      body: { dryRun: true },
      headers: { cookie, ...headers },
    });
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(await bodyOf(answer)).toMatchObject({ error: { code: "CROSS_SITE" } });
    }
  });

  test("the host it is called by counts as its own, when it is not the public one", async () => {
    const admin = await anAdmin();
    const cookie = await signIn(admin);
    const answer = await admin.call("/admin/api/parked/replay", {
      method: "POST",
      body: { dryRun: true },
      headers: { cookie, origin: admin.url },
    });
    expect(answer.status).toBe(200);
  });

  test("a bearer needs no proof of origin", async () => {
    const admin = await anAdmin();
    const headers = { "sec-fetch-site": "cross-site" };
    const answer = await admin.api("/parked/replay", {
      method: "POST",
      body: { dryRun: true },
      headers,
    });
    expect(answer.status).toBe(200);
  });
});

describe("the queue pages", () => {
  test("they stand behind the same sign-in, cookie or bearer", async () => {
    const admin = await anAdmin();
    expect((await admin.call("/admin/queues/api/queues")).status).toBe(401);
    expect((await admin.call("/admin/queues/")).status).toBe(401);
    const cookie = await signIn(admin);
    const page = await admin.call("/admin/queues/", { headers: { cookie } });
    expect(page.status).toBe(200);
    const byBearer = await admin.call("/admin/queues/api/queues", {
      headers: { authorization: `Bearer ${API_TOKEN}` },
    });
    expect((await bodyOf(byBearer)).queues.map((one: { name: string }) => one.name)).toEqual([
      "crm-events",
      "prompts",
      "deliveries",
      "write-backs",
      "reconcile",
      "siro-poll",
      "siro-events",
      "siro-mends",
      "siro-syncs",
      "alerts",
    ]);
  });

  test("another site cannot make a signed-in browser change a queue", async () => {
    const admin = await anAdmin();
    const cookie = await signIn(admin);
    const pause = (headers: Record<string, string>) =>
      admin.call("/admin/queues/api/queues/prompts/pause", {
        method: "PUT",
        headers: { cookie, ...headers },
      });
    expect((await pause({ origin: "https://evil.example" })).status).toBe(403);
    expect(await store.queues.prompts.queue.isPaused()).toBe(false);
    expect((await pause(OWN)).status).toBe(200);
    expect(await store.queues.prompts.queue.isPaused()).toBe(true);
    await store.queues.prompts.queue.resume();
  });

  test("nothing may be loaded from elsewhere", async () => {
    const admin = await anAdmin();
    const cookie = await signIn(admin);
    for (const path of ["/admin", "/admin/queues/"]) {
      const { headers } = await admin.call(path, { headers: { cookie } });
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'self';/);
      expect(headers.get("content-security-policy")).not.toMatch(/https?:|script-src|font-src/);
    }
    const { headers } = await admin.call("/admin", { headers: { cookie } });
    expect(headers.get("content-security-policy")).not.toMatch(/unsafe/);
    expect(headers.get("cache-control")).toBe("no-store");
  });
});
