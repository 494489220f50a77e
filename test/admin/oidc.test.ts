import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { composeOidc, oidcProblems, oidcVariables } from "../../src/oidc-settings.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  cookieOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const HOUR_MS = 3_600_000;

let store: AdminStore;
let provider: OpenIdProvider;
let admin: AdminServer;
let aheadMs = 0;

beforeAll(async () => {
  [store, provider] = await Promise.all([startStore(), startOpenIdProvider()]);
  admin = await startAdmin(store, { oidc: settings(), nowMs: () => Date.now() + aheadMs });
});
afterAll(async () => {
  await admin.stop();
  await provider.stop();
  await store.stop();
});

function settings(own: { readonly issuer?: string; readonly defaultRole?: "viewer" } = {}) {
  return {
    issuer: new URL(own.issuer ?? provider.issuer),
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    roleClaim: "realm_access.roles",
    defaultRole: own.defaultRole,
    sessionMs: HOUR_MS,
  };
}

function claims(sub: string, roles: unknown, own: Record<string, unknown> = {}) {
  return { sub, preferred_username: sub, realm_access: { roles }, ...own };
}

/** Follows the way to the provider and says where it leads back to, without going there. */
async function goThere(next = "", server = admin) {
  return goOn(await server.call(`/admin/oidc/sign-in?next=${encodeURIComponent(next)}`));
}

async function goOn(there: Response) {
  expect(there.status).toBe(302);
  const at = there.headers.get("location") ?? "";
  const back = await fetch(at, { redirect: "manual" });
  const { pathname, search } = new URL(back.headers.get("location") ?? "");
  return { at: new URL(at), back: pathname + search, cookie: cookieOf(there), there };
}

function comeBack(back: string, cookie: string, server = admin) {
  return server.call(back, { headers: { cookie } });
}

/** The whole way, as a browser goes it. */
async function signInWith(who: Parameters<OpenIdProvider["meet"]>[0], next?: string) {
  provider.meet(who);
  const { back, cookie } = await goThere(next);
  return comeBack(back, cookie);
}

async function meOf(answer: Response) {
  const headers = { cookie: cookieOf(answer) };
  return bodyOf(await admin.call("/admin/api/me", { headers }));
}

/** What a refused person is told; they get the form and no session. */
async function refusalOf(answer: Response) {
  expect(answer.headers.get("set-cookie")).toBeNull();
  const page = await answer.text();
  expect(page).toContain('action="/admin/login"');
  return [answer.status, /role="alert">([^<]*)</.exec(page)?.[1]];
}

const UNTRUSTED = [403, expect.stringContaining("could not be trusted")];

describe("signing in through the provider", () => {
  test("is offered on the form where it is set up, and nowhere else", async () => {
    const form = await (await admin.call("/admin/parked")).text();
    expect(form).toContain('href="/admin/oidc/sign-in?next=%2Fadmin%2Fparked"');
    expect(form).toContain(`Sign in with ${new URL(provider.issuer).host}`);
    const plain = await startAdmin(store);
    expect(await (await plain.call("/admin")).text()).not.toContain("Sign in with");
    expect((await plain.call("/admin/oidc/sign-in")).status).toBe(404);
    await plain.stop();
  });

  test("makes the person known with the greatest role of the claim, and leads on by a page of ours", async () => {
    provider.meet({ claims: claims("dana@example.com", ["viewer", "operator", "other"]) });
    const { at, back, cookie, there } = await goThere("/admin/parked?reason=NO_READER");
    expect(at.searchParams.get("code_challenge_method")).toBe("S256");
    expect(at.searchParams.get("nonce")).toMatch(/^.{20,}$/);
    expect(there.headers.get("set-cookie")).toMatch(/Path=\/admin\/oidc; HttpOnly; SameSite=Lax/);
    const answer = await comeBack(back, cookie);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toMatch(/^siro_bridge_session=.*SameSite=Strict/);
    expect(await answer.clone().text()).toContain('content="0;url=/admin/parked?reason=NO_READER"');
    expect(await meOf(answer)).toEqual({
      name: "dana@example.com",
      role: "operator",
      signsInWith: "provider",
    });
  });

  test.each([
    "/admin/oidc/sign-in?next=/admin/oidc/sign-in",
    "/admin/OIDC/Sign-In",
    "/admin/./oidc/return",
    "/admin/x/%2e%2E/oidc/sign-in",
  ])("never leads back to the way to the provider: %s", async (next) => {
    const answer = await signInWith({ claims: claims("nina", "viewer") }, next);
    expect(await answer.text()).toContain('content="0;url=/admin"');
  });

  test("the claim decides anew each time, until somebody here gives another role", async () => {
    expect(await meOf(await signInWith({ claims: claims("erin", "admin") }))).toMatchObject({
      role: "admin",
    });
    expect(await meOf(await signInWith({ claims: claims("erin", "viewer") }))).toMatchObject({
      role: "viewer",
    });
    await signInWith({ claims: claims("erin", "viewer") });
    await admin.api("/people/erin", { method: "POST", body: { role: "operator" } });
    expect(await meOf(await signInWith({ claims: claims("erin", []) }))).toMatchObject({
      role: "operator",
    });
    const trail = await bodyOf(await admin.api("/audit?limit=200&who=erin&q=role"));
    expect(trail.items).toMatchObject([
      { subject: "erin", before: { role: "admin" }, after: { role: "viewer" } },
      { what: "Got a role from the provider", subject: "erin", after: { role: "admin" } },
    ]);
  });

  test("who has no role is refused and not made known, unless there is a role for everybody", async () => {
    const nobody = { claims: claims("frank", ["something else"]) };
    expect(await refusalOf(await signInWith(nobody))).toEqual([
      403,
      expect.stringContaining("no role here: ask for viewer, operator or admin"),
    ]);
    const { items } = await bodyOf(await admin.api("/people"));
    expect(items.map(({ name }: { name: string }) => name)).not.toContain("frank");
    const open = await startAdmin(store, { oidc: settings({ defaultRole: "viewer" }) });
    const { back, cookie } = await goThere("", open);
    expect(await meOf(await comeBack(back, cookie, open))).toMatchObject({
      name: "frank",
      role: "viewer",
    });
    await open.stop();
  });

  test("a name that somebody has here opens nothing of theirs", async () => {
    const body = { name: "grace", role: "admin", password: "an invented passphrase" };
    await admin.api("/people", { method: "POST", body });
    for (const name of ["grace", "admin", "no name\u0000"]) {
      const claimed = claims(`sub-of-${name}`, "viewer", { preferred_username: name });
      expect(await refusalOf(await signInWith({ claims: claimed }))).toEqual([
        409,
        expect.stringContaining("taken here"),
      ]);
    }
  });

  test("an e-mail address that was not confirmed is nobody's name here", async () => {
    const own = { preferred_username: undefined, email: "boss@example.com" };
    const unconfirmed = claims("sub-of-nobody", "viewer", { ...own, email_verified: false });
    expect((await signInWith({ claims: unconfirmed })).status).toBe(409);
    const confirmed = claims("sub-of-boss", "viewer", { ...own, email_verified: true });
    expect(await meOf(await signInWith({ claims: confirmed }))).toMatchObject({ name: own.email });
  });

  test.each([
    ["another nonce", { wrong: { nonce: "another" } }],
    ["no nonce", { wrong: { nonce: undefined } }],
    ["another issuer", { wrong: { iss: "https://evil.example" } }],
    ["another audience", { wrong: { aud: "another-client" } }],
    ["a time that is over", { wrong: { exp: Math.floor(Date.now() / 1000) - 3_600 } }],
    ["a signature of somebody else", { isForged: true }],
  ])("an id token with %s is not believed", async (_what, wrong) => {
    const answer = await signInWith({ claims: claims("mallory", "admin"), ...wrong });
    expect(await refusalOf(answer)).toEqual(UNTRUSTED);
  });

  test.each([
    ["another state", (back: string) => back.replace(/state=[^&]*/, "state=another"), true],
    ["the state of another browser", (back: string) => back, false],
    ["no state", (back: string) => back.replace(/state=[^&]*/, ""), true],
  ])("%s begins anew", async (_what, change, hasCookie) => {
    provider.meet({ claims: claims("heidi", "admin") });
    const { back, cookie } = await goThere();
    const answer = await comeBack(change(back), hasCookie ? cookie : "");
    expect(await refusalOf(answer)).toEqual([400, expect.stringContaining("has expired")]);
  });

  test("a way back works once, and a code of another sign-in not at all", async () => {
    provider.meet({ claims: claims("ivan", "viewer") });
    const kept = () => store.redis.keys("sb:operator-sign-in:*");
    await store.redis.del("none", ...(await kept()));
    const first = await goThere();
    expect(await kept()).toHaveLength(1);
    expect((await comeBack(first.back, first.cookie)).status).toBe(200);
    expect(await kept()).toEqual([]);
    const again = [400, expect.stringContaining("has expired")];
    expect(await refusalOf(await comeBack(first.back, first.cookie))).toEqual(again);
    const [victim, thief] = [await goThere(), await goThere()];
    const stolen = /code=([^&]*)/.exec(victim.back)?.[1] ?? "";
    const mixed = thief.back.replace(/code=[^&]*/, `code=${stolen}`);
    expect(await refusalOf(await comeBack(mixed, thief.cookie))).toEqual(again);
  });

  test("windows that are on their way at once all come back, ten at most of one browser", async () => {
    provider.meet({ claims: claims("olga", "viewer") });
    const [left, right] = [await goThere(), await goThere()];
    const both = `${left.cookie}; ${right.cookie}`;
    expect((await comeBack(left.back, both)).status).toBe(200);
    expect((await comeBack(right.back, both)).status).toBe(200);
    const names = Array.from({ length: 11 }, (_, at) => `siro_bridge_oidc_${at}`);
    const cookie = `siro_bridge_session=x; ${names.map((name) => `${name}=x`).join("; ")}`;
    const crowded = await admin.call("/admin/oidc/sign-in", { headers: { cookie } });
    const gone = crowded.headers.getSetCookie().filter((one) => one.includes("Max-Age=0"));
    expect(gone.map((one) => one.split("=", 1)[0])).toEqual(names.slice(0, 2));
  });

  test("ten minutes later there is no way back, and nothing of it in the store", async () => {
    provider.meet({ claims: claims("kim", "viewer") });
    const { back, cookie } = await goThere();
    const kept = await store.redis.keys("sb:operator-sign-in:*");
    const lives = await Promise.all(kept.map((key) => store.redis.pttl(key)));
    expect(lives.every((ms) => ms > 0 && ms <= 600_000)).toBe(true);
    aheadMs = 600_001;
    const late = await comeBack(back, cookie);
    aheadMs = 0;
    expect(await refusalOf(late)).toEqual([400, expect.stringContaining("has expired")]);
  });

  test("nobody fills the store with sign-ins that they only begin", async () => {
    const flooded = await startAdmin(store, { oidc: settings() });
    const other = await startAdmin(store, { oidc: settings() });
    await store.redis.flushall();
    const long = `/admin/oidc/sign-in?next=/admin/${"a".repeat(10_000)}`;
    const begin = async (_: unknown, nth: number) =>
      (await (nth % 2 === 0 ? flooded : other).call(long)).status;
    const begun = await Promise.all(Array.from({ length: 130 }, begin));
    await Promise.all([flooded.stop(), other.stop()]);
    expect(begun.filter((status) => status === 302)).toHaveLength(120);
    expect(begun.filter((status) => status === 429)).toHaveLength(10);
    const texts = await store.redis.mget(await store.redis.keys("sb:operator-sign-in:*"));
    expect(texts).toHaveLength(120);
    expect(texts.every((text) => (text ?? "").length < 1_000)).toBe(true);
    // The next tests come from the same client.
    await store.redis.flushall();
  });

  test("who says no there is told so", async () => {
    const answer = await signInWith({ claims: claims("judy", "admin"), isDenied: true });
    expect(await refusalOf(answer)).toEqual([403, expect.stringContaining("did not let you in")]);
  });

  test("a provider that is away, or another one than it says, is told as trouble of the provider", async () => {
    for (const issuer of ["http://127.0.0.1:1", `${provider.issuer}/other`]) {
      const lost = await startAdmin(store, { oidc: settings({ issuer }) });
      const answer = await lost.call("/admin/oidc/sign-in");
      expect([answer.status, await answer.text()]).toEqual([
        503,
        expect.stringContaining("does not answer as it should"),
      ]);
      expect(lost.reported).toEqual([]);
      await lost.stop();
    }
  });
});

describe("a session by the provider", () => {
  let nowMs = Date.now();
  let hourly: AdminServer;
  const get = (path: string, cookie: string, server = hourly) =>
    server.call(path, {
      headers: { cookie, accept: path.includes("/api/") ? "*/*" : "text/html" },
    });
  const status = async (path: string, cookie: string) => (await get(path, cookie)).status;
  const sessionsOf = async (name: string) => {
    const { items } = await bodyOf(await hourly.api("/sessions"));
    return items.filter((session: { name: string }) => session.name === name);
  };
  const signInHere = async (who: Parameters<OpenIdProvider["meet"]>[0]) => {
    provider.meet(who);
    const { back, cookie } = await goThere("", hourly);
    return cookieOf(await comeBack(back, cookie, hourly));
  };
  /** What a browser does by itself on the page that is loaded next; the strict cookie stays behind on the way back. */
  const loadAgain = async (page: string, cookie: string) => {
    const away = (await get(page, cookie)).headers.get("location") ?? "no redirect";
    const there = await goOn(await get(away, cookie));
    return comeBack(there.back, there.cookie, hourly);
  };

  beforeAll(async () => {
    hourly = await startAdmin(store, { oidc: settings(), nowMs: () => nowMs });
  });
  afterAll(() => hourly.stop());

  test("is over after an hour, and renewed by the next page while the provider still vouches", async () => {
    const first = await signInHere({ claims: claims("kim", "operator") });
    nowMs += HOUR_MS - 1_000;
    expect(await status("/admin/api/overview", first)).toBe(200);
    nowMs += 1_000;
    const refused = await get("/admin/api/overview", first);
    expect([refused.status, await bodyOf(refused)]).toEqual([
      401,
      { error: expect.objectContaining({ code: "OPERATOR_UNKNOWN" }) },
    ]);
    expect((await get("/admin/queues/", first)).headers.get("location")).toBe(
      "/admin/oidc/sign-in?next=%2Fadmin%2Fqueues%2F",
    );
    const renewed = await loadAgain("/admin/parked?reason=NO_READER", first);
    expect(await renewed.clone().text()).toContain(
      'content="0;url=/admin/parked?reason=NO_READER"',
    );
    expect(await status("/admin/api/overview", cookieOf(renewed))).toBe(200);
    expect(await status("/admin/api/overview", first)).toBe(401);
    expect(await sessionsOf("kim")).toHaveLength(1);
  });

  test("ends with the role at the provider, and then shows the form", async () => {
    const cookie = await signInHere({ claims: claims("lou", "admin") });
    provider.meet({ claims: claims("lou", []) });
    nowMs += HOUR_MS;
    expect(await refusalOf(await loadAgain("/admin", cookie))).toEqual([
      403,
      expect.stringContaining("no role here"),
    ]);
    expect(await status("/admin/api/overview", cookie)).toBe(401);
    expect(await refusalOf(await get("/admin", cookie))).toEqual([200, undefined]);
    expect(await sessionsOf("lou")).toEqual([]);
  });

  test("opens nothing where no provider is asked any more, nor renews after twelve hours", async () => {
    const cookie = await signInHere({ claims: claims("mia", "viewer") });
    const plain = await startAdmin(store, { nowMs: () => nowMs });
    const call = await get("/admin/api/overview", cookie, plain);
    const page = await get("/admin", cookie, plain);
    await plain.stop();
    expect([call.status, page.status]).toEqual([401, 200]);
    nowMs += 12 * HOUR_MS;
    expect(await refusalOf(await get("/admin", cookie))).toEqual([200, undefined]);
  });
});

describe("the settings", () => {
  test.each([
    ["https://login.example.com/tenant", true],
    ["http://127.0.0.1:8080", true],
    ["http://login.example.com", false],
    ["http://127.0.0.1.example.com", false],
    ["login.example.com", false],
  ])("take the issuer %s: %s", (issuer, isTaken) => {
    expect(oidcVariables.issuer.safeParse(issuer).success).toBe(isTaken);
  });

  test("need issuer and client together", () => {
    expect(oidcProblems({ OIDC_ISSUER: "x" })).toEqual([
      "OIDC_CLIENT_ID: is needed with OIDC_ISSUER",
    ]);
    expect(oidcProblems({ OIDC_CLIENT_ID: "x" })).toHaveLength(1);
    expect(oidcProblems({})).toEqual([]);
    expect(composeOidc({ OIDC_ROLE_CLAIM: "roles", OIDC_SESSION_MINUTES: 60 })).toBeUndefined();
  });
});
