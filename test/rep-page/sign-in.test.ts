import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { readRep, saveRep } from "../../src/books/rep-book.ts";
import { bindSessionDevice, findRepSession } from "../../src/books/rep-session-book.ts";
import type { Fault } from "../../src/local-mode/stub-org/wire/faults.ts";
import { signInChoices } from "../../src/rep-page/sign-in-routes.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";
import { until } from "../support/until.ts";
import {
  approveAs,
  CLIENT_SECRET,
  type SignInStage,
  type SignInStageInput,
  signInUntilCallback,
  startSignInStage,
} from "./sign-in-stage.ts";

const TOKEN_PATH = "/services/oauth2/token";
const USER_INFO_PATH = "/services/oauth2/userinfo";

let store: AdminStore;
let stage: SignInStage;

beforeAll(async () => {
  store = await startStore();
});

afterEach(async () => {
  expect(stage.reported).toEqual([]);
  await stage.stop();
  await store.redis.flushall();
});

afterAll(() => store.stop());

async function start(input: SignInStageInput = {}): Promise<SignInStage> {
  stage = await startSignInStage(store, input);
  return stage;
}

/** Goes all the way as Dana; gives the answer to the callback. */
async function signInAsDana(): Promise<Response> {
  const browser = stage.browser();
  return browser.get(await signInUntilCallback(browser, stage.dana.email));
}

/** An answer that signs nobody in, says what to do, and repeats nothing of the request. */
async function expectPage(response: Response, status: number, text: string): Promise<void> {
  const page = await response.text();
  expect({ status: response.status, page }).toEqual({
    status,
    page: expect.stringContaining(text),
  });
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.getSetCookie()).toEqual([]);
  const sent = [...new URL(response.url).searchParams.values()].filter(({ length }) => length > 4);
  expect(sent.filter((value) => page.includes(value))).toEqual([]);
  expect(await store.redis.keys("sb:rep-session:*")).toEqual([]);
}

describe("a rep signs in with Salesforce", () => {
  test("and has a session under their own user id, without being asked anything", async () => {
    const { org, dana, entries, browser } = await start();
    const phone = browser();

    const back = await phone.get(await signInUntilCallback(phone, dana.email));

    expect(back.status).toBe(302);
    expect(back.headers.get("location")).toBe("/rep");
    const token = phone.jar.get("siro_bridge_rep")?.value ?? "";
    const rep = { connection: "acme", userId: dana.userId };
    expect(await findRepSession(store.redis, token)).toMatchObject(rep);
    expect(await readRep(store.redis, rep)).toEqual({
      userId: dana.userId,
      email: "dana@example.com",
      name: "Dana Reed",
      timeZone: "America/New_York",
    });
    expect(entries).toEqual([
      { connection: "acme", outcome: "signed-in", userId: expect.stringMatching(/^005\w{15}$/) },
    ]);
    expect(org.calls.count("token")).toBe(1);
  });

  test("by the web server flow with PKCE, asking for who they are and nothing else", async () => {
    const { org, url, browser } = await start();

    const begun = await browser().get("/rep/sign-in/acme");

    expect(begun.status).toBe(302);
    expect(begun.headers.get("cache-control")).toBe("no-store");
    expect(begun.headers.get("referrer-policy")).toBe("no-referrer");
    const to = new URL(begun.headers.get("location") ?? "");
    expect(`${to.origin}${to.pathname}`).toBe(`${org.url}/services/oauth2/authorize`);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      response_type: "code",
      client_id: org.app.clientId,
      redirect_uri: `${url}/rep/sign-in/callback`,
      scope: "openid id",
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
  });

  test("and nothing that Salesforce gave is kept: the token is revoked, Redis has no state in clear", async () => {
    const { org, dana, browser } = await start();
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);
    const { state = "" } = Object.fromEntries(new URL(callback).searchParams);
    expect((await store.redis.keys("*")).join()).not.toContain(state);

    await phone.get(callback);

    expect(org.calls.count("revoke")).toBe(1);
    expect(org.sessions.size).toBe(0);
    expect(await store.redis.keys("sb:rep-sign-in:*")).toEqual([]);
  });

  test("on the org's page, among the org's users", async () => {
    const { org, milo, browser } = await start();
    const phone = browser();
    const begun = await phone.get("/rep/sign-in/acme");
    const authorize = new URL(begun.headers.get("location") ?? "");

    const page = await (await fetch(authorize)).text();
    expect(page).toContain("Milo Hart");
    const form = new URLSearchParams(authorize.searchParams);
    form.set("username", milo.email);
    const approved = await fetch(`${org.url}/services/oauth2/authorize`, {
      method: "POST",
      body: form,
      redirect: "manual",
    });
    const back = await phone.get(approved.headers.get("location") ?? "");

    expect(back.status).toBe(302);
    expect(await readRep(store.redis, { connection: "acme", userId: milo.userId })).toBeDefined();
  });

  test("a known rep keeps what the profile lacks", async () => {
    const { org, dana } = await start();
    const known = { userId: dana.userId, email: "old@example.com", timeZone: "America/Denver" };
    await saveRep(store.redis, "acme", known);
    org.store.update(dana.userId, { TimeZoneSidKey: "Nowhere/Land" });

    expect((await signInAsDana()).status).toBe(302);

    expect(await readRep(store.redis, { connection: "acme", userId: dana.userId })).toEqual({
      ...{ userId: dana.userId, name: "Dana Reed" },
      ...{ email: "dana@example.com", timeZone: "America/Denver" },
    });
  });

  test("with an organization id of 15 characters, and an app that needs no secret", async () => {
    const { org } = await start({
      organizationId: "00D5f000004XyZa",
      repSignIn: { clientId: "3MVG9.stub.consumer.key" },
    });
    await expectPage(await signInAsDana(), 502, "not set up right");
    Object.assign(org.app, { isSecretRequired: false });

    expect((await signInAsDana()).status).toBe(302);
  });

  test("where the connection says so", async () => {
    const { url, browser } = await start({
      repSignIn: { clientId: "x", loginUrl: "https://login.example.com" },
    });

    const begun = await browser().get(`${url}/rep/sign-in/acme`);

    expect(begun.headers.get("location")).toMatch(
      /^https:\/\/login\.example\.com\/services\/oauth2\/authorize\?/,
    );
  });

  test("in place of whoever was signed in on this phone; a device of somebody else goes with them", async () => {
    const { dana, milo, revoked, browser } = await start();
    const phone = browser();
    const tokenOf = () => phone.jar.get("siro_bridge_rep")?.value ?? "";
    await phone.get(await signInUntilCallback(phone, dana.email));
    const first = tokenOf();
    await bindSessionDevice(store.redis, first, "danas-phone");

    await phone.get(await signInUntilCallback(phone, dana.email));
    const second = tokenOf();
    expect(revoked).toEqual([]);
    await bindSessionDevice(store.redis, second, "danas-phone");
    await phone.get(await signInUntilCallback(phone, milo.email));

    expect(revoked).toEqual(["danas-phone"]);
    expect(await findRepSession(store.redis, tokenOf())).toMatchObject({ userId: milo.userId });
    expect(await findRepSession(store.redis, first)).toBeUndefined();
    expect(await findRepSession(store.redis, second)).toBeUndefined();
  });

  test("only where the connection offers it", async () => {
    const { connections, browser } = await start();

    expect(signInChoices(connections)).toEqual([{ connection: "acme", url: "/rep/sign-in/acme" }]);
    await expectPage(await browser().get("/rep/sign-in/plain"), 404, "no sign-in here");
    await expectPage(await browser().get("/rep/sign-in/unknown"), 404, "no sign-in here");
  });

  test.each([
    ["http://bridge.example.com", ""],
    ["https://bridge.example.com", "; Secure"],
  ])("for %s with cookies that no script and no other site can use", async (publicUrl, secure) => {
    const { dana, browser } = await start({ publicUrl: new URL(publicUrl) });
    const phone = browser();
    const begun = await phone.get("/rep/sign-in/acme");
    const callback = new URL(await approveAs(begun.headers.get("location") ?? "", dana.email));

    const back = await phone.get(`${callback.pathname}${callback.search}`);

    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^siro_bridge_sign_in=[\w-]{43}; Max-Age=600; Path=\/rep\/sign-in; /),
    ]);
    expect(back.headers.getSetCookie()).toEqual([expect.stringMatching(/^siro_bridge_rep=/)]);
    for (const line of [begun, back].flatMap(({ headers }) => headers.getSetCookie())) {
      expect(line).toMatch(new RegExp(`; HttpOnly${secure}; SameSite=Lax$`));
    }
    expect(callback.origin).toBe(publicUrl);
  });
});

describe("a callback is refused", () => {
  test("with a state that nobody drew", async () => {
    const { org, dana, browser } = await start();
    const phone = browser();
    const callback = new URL(await signInUntilCallback(phone, dana.email));
    callback.searchParams.set("state", "A".repeat(43));

    await expectPage(await phone.get(callback.href), 400, "has expired");
    await expectPage(await phone.get("/rep/sign-in/callback"), 400, "has expired");
    await expectPage(await phone.get("/rep/sign-in/callback?state=a&state=b"), 400, "has expired");
    expect(org.calls.count("token")).toBe(0);
  });

  test("in another browser, whether or not that one has begun a sign-in of its own", async () => {
    const { org, dana, milo, browser } = await start();
    const attacker = browser();
    const callback = await signInUntilCallback(attacker, milo.email);
    const victim = browser();

    await expectPage(await victim.get(callback), 400, "another browser");
    await signInUntilCallback(victim, dana.email);
    await expectPage(await victim.get(callback), 400, "another browser");
    expect(org.calls.count("token")).toBe(0);

    // What was refused elsewhere was not used up.
    expect((await attacker.get(callback)).status).toBe(302);
  });

  test("a second time", async () => {
    const { org, dana, browser } = await start();
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);

    const answers = await Promise.all([phone.get(callback), phone.get(callback)]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400]);
    expect((await phone.get(callback)).status).toBe(400);
    expect(org.calls.count("token")).toBe(1);
    expect(await store.redis.keys("sb:rep-session:*")).toHaveLength(1);
  });

  test("after ten minutes", async () => {
    let nowMs = Date.now();
    const { org, dana, browser } = await start({ nowMs: () => nowMs });
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);
    const [key = ""] = await store.redis.keys("sb:rep-sign-in:*");
    expect(await store.redis.ttl(key)).toBeGreaterThan(590);
    nowMs += 600_000;

    await expectPage(await phone.get(callback), 400, "longer than ten minutes");
    expect(org.calls.count("token")).toBe(0);
  });

  test("with the code of somebody else's sign-in: the verifier does not fit", async () => {
    const { org, dana, milo, browser } = await start();
    const stolen = new URL(await signInUntilCallback(browser(), milo.email));
    const phone = browser();
    const callback = new URL(await signInUntilCallback(phone, dana.email));
    callback.searchParams.set("code", stolen.searchParams.get("code") ?? "");

    await expectPage(await phone.get(callback.href), 400, "Begin anew");
    expect(org.calls.count("token")).toBe(1);
    expect(stage.entries).toEqual([{ connection: "acme", outcome: "stale" }]);
  });

  test("with a code that was exchanged before, or none at all", async () => {
    const { dana, browser } = await start();
    const phone = browser();
    const used = new URL(await signInUntilCallback(phone, dana.email));
    await phone.get(used.href);
    await store.redis.flushall();
    for (const code of [used.searchParams.get("code") ?? "", ""]) {
      const begun = await phone.get("/rep/sign-in/acme");
      const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");
      const again = await phone.get(`/rep/sign-in/callback?code=${code}&state=${state}`);
      await expectPage(again, 400, "has expired");
    }
  });

  test("too often from one place: then even a right one has to wait", async () => {
    const { dana, browser } = await start({ failures: 3 });
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);
    for (let tries = 0; tries < 3; tries += 1) {
      await browser().get("/rep/sign-in/callback?state=guess");
    }

    const closed = await phone.get(callback);

    expect(closed.headers.get("retry-after")).toMatch(/^\d+$/);
    await expectPage(closed, 429, "Too many tries");
  });
});

describe("a user is refused", () => {
  test("who declines", async () => {
    const { org, browser } = await start();
    const phone = browser();
    const begun = await phone.get("/rep/sign-in/acme");
    const form = new URL(begun.headers.get("location") ?? "").searchParams;
    form.set("answer", "deny");
    const denied = await fetch(`${org.url}/services/oauth2/authorize`, {
      method: "POST",
      body: form,
      redirect: "manual",
    });

    await expectPage(await phone.get(denied.headers.get("location") ?? ""), 403, "did not let you");
    expect(stage.entries).toEqual([
      { connection: "acme", outcome: "denied", detail: "access_denied" },
    ]);
  });

  test("whose refusal carries a script: neither page nor log repeats it", async () => {
    const { browser } = await start();
    const phone = browser();
    const begun = await phone.get("/rep/sign-in/acme");
    const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");
    const error = encodeURIComponent("<script>alert(1)</script>\nforged line");

    const back = await phone.get(`/rep/sign-in/callback?state=${state}&error=${error}`);

    await expectPage(back, 403, "did not let you");
    expect(stage.entries).toEqual([
      { connection: "acme", outcome: "denied", detail: "unreadable" },
    ]);
  });

  test("of another organization, whose profile is not even read", async () => {
    const { org } = await start({ organizationId: "00D000000000001AAA" });

    await expectPage(await signInAsDana(), 403, "another organization");
    expect(org.calls.count("userinfo")).toBe(0);
    expect(org.sessions.size).toBe(0);
    expect(stage.entries).toEqual([{ connection: "acme", outcome: "other-org" }]);
  });

  test("who was deactivated before the code is exchanged", async () => {
    const { org, dana, browser } = await start();
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);
    org.store.update(dana.userId, { IsActive: false });

    await expectPage(await phone.get(callback), 403, "not active");
  });

  test("who is deactivated while the bridge asks who it is", async () => {
    const { org, dana } = await start();
    org.faults.inject({ kind: "slow", delayMs: 200 }, { path: USER_INFO_PATH });

    const answer = signInAsDana();
    await until(() => org.calls.count("userinfo") === 1, {
      timeoutMs: 2_000,
      what: "the question",
    });
    org.store.update(dana.userId, { IsActive: false });

    await expectPage(await answer, 403, "not active");
    expect(org.sessions.size).toBe(0);
  });
});

describe("while Salesforce is in trouble", () => {
  const troubles: readonly (readonly [string, Fault])[] = [
    ["503 with JSON", { kind: "unavailable-json" }],
    ["503 with a page", { kind: "unavailable-html" }],
    ["200 with a page", { kind: "html" }],
    ["half an answer", { kind: "cut-json" }],
    ["no answer", { kind: "hang" }],
    ["a late answer", { kind: "slow", delayMs: 900 }],
    ["a reset", { kind: "reset" }],
    ["500", { kind: "api-error", status: 500, errorCode: "UNKNOWN_EXCEPTION" }],
  ];

  test.each(
    troubles,
  )("%s instead of a token is told, and not tried again", async (_what, fault) => {
    const { org } = await start();
    org.faults.inject(fault, { path: TOKEN_PATH });

    await expectPage(await signInAsDana(), 502, "Salesforce does not answer");
    expect(org.calls.count("token")).toBe(1);
    expect(stage.entries).toEqual([
      { connection: "acme", outcome: "broke", detail: expect.stringContaining("not available") },
    ]);
  });

  test.each(
    troubles,
  )("%s instead of a profile is told, and the token goes", async (_what, fault) => {
    const { org } = await start();
    org.faults.inject(fault, { path: USER_INFO_PATH });

    await expectPage(await signInAsDana(), 502, "Salesforce does not answer");
    expect(org.calls.count("userinfo")).toBe(1);
    expect(org.sessions.size).toBe(0);
  });

  test("a token that cannot be revoked keeps nobody out", async () => {
    const { org } = await start();
    org.faults.inject({ kind: "reset" }, { path: "/services/oauth2/revoke" });

    expect((await signInAsDana()).status).toBe(302);
  });
});

describe("an app that is set up wrong", () => {
  test("is told to the rep in plain words and to the log in Salesforce's, without a secret", async () => {
    await start({
      repSignIn: { clientId: "3MVG9.stub.consumer.key", clientSecret: "wrong-secret" },
    });

    await expectPage(await signInAsDana(), 502, "not set up right");
    expect(stage.entries).toEqual([
      {
        ...{ connection: "acme", outcome: "broke" },
        detail:
          "Salesforce org acme refuses access: sign-in: invalid_client (invalid client credentials)",
      },
    ]);
  });

  test("with another callback URL is refused by Salesforce, on its own page", async () => {
    const { org, browser } = await start();
    Object.assign(org.app, { callbackUrls: ["https://bridge.example.com/"] });
    const begun = await browser().get("/rep/sign-in/acme");

    const page = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });

    expect(page.status).toBe(400);
    expect(await page.text()).toContain("redirect_uri must match configuration");
  });

  test("by a policy, like an address that may not log in, is not taken for an old code", async () => {
    const { org } = await start();
    org.faults.inject({
      kind: "oauth-error",
      error: "invalid_grant",
      description: "ip restricted",
    });

    await expectPage(await signInAsDana(), 502, "not set up right");
    expect(JSON.stringify(stage.entries)).toContain("invalid_grant (ip restricted)");
  });

  test("without the scope openid is told as such", async () => {
    const { org } = await start();
    const fault = { kind: "api-error", status: 403, errorCode: "FORBIDDEN" } as const;
    org.faults.inject(fault, { path: USER_INFO_PATH });

    await expectPage(await signInAsDana(), 502, "not set up right");
    expect(JSON.stringify(stage.entries)).toContain("scope openid");
  });
});

test("no ending of a sign-in writes a code, a state, a verifier or a secret into the log", async () => {
  const { org, dana, browser } = await start();
  const secrets = [CLIENT_SECRET];
  const quoting = { kind: "oauth-error", error: "invalid_request" } as const;
  for (const description of [
    "",
    `secret ${CLIENT_SECRET}! is wrong`,
    "expired authorization code",
  ]) {
    org.faults.inject({ ...quoting, description });
    const phone = browser();
    const callback = await signInUntilCallback(phone, dana.email);
    const [key = ""] = await store.redis.keys("sb:rep-sign-in:*");
    const pending: { codeVerifier: string } = JSON.parse((await store.redis.get(key)) ?? "");
    secrets.push(pending.codeVerifier, ...new URL(callback).searchParams.values());
    await phone.get(callback);
  }

  expect(secrets).toHaveLength(10);
  expect(stage.entries).toHaveLength(3);
  for (const secret of secrets) {
    expect(JSON.stringify(stage.entries)).not.toContain(secret);
  }
});
