import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  type Call,
  cookieOf,
  forgetFailures,
  PASSWORD,
  signIn,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const OWN = { "sec-fetch-site": "same-origin" };
const SECRET = "an invented passphrase";

let store: AdminStore;
let admin: AdminServer;
const servers: AdminServer[] = [];

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await forgetFailures(store);
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
});

async function anotherAdmin(input: Parameters<typeof startAdmin>[1]): Promise<AdminServer> {
  const server = await startAdmin(store, input);
  servers.push(server);
  return server;
}

/** Adds somebody, by the token. */
function add(name: string, role: string, password = SECRET) {
  return admin.api("/people", { method: "POST", body: { name, role, password } });
}

/** A person with a browser in which they are signed in. */
async function aPerson(name: string, role: string) {
  await admin.api(`/people/${name}`, { method: "DELETE" });
  expect((await add(name, role)).status).toBe(201);
  return { name, api: await browserOf(name) };
}

async function browserOf(user: string, password = SECRET) {
  const cookie = await signIn(admin, { user, password });
  expect(cookie).not.toBe("");
  return (path: string, call: Call = {}) =>
    admin.call(`/admin/api${path}`, { ...call, headers: { cookie, ...OWN, ...call.headers } });
}

function logIn(user: string, password: string, headers: Record<string, string> = {}) {
  return admin.call("/admin/login", { method: "POST", body: { user, password }, headers });
}

async function codeOf(answer: Response) {
  return [answer.status, (await bodyOf(answer)).error?.code];
}

describe("a person", () => {
  test("signs in with a name of their own, however it is typed, and is told who they are", async () => {
    await aPerson("dana@example.com", "operator");
    const api = await browserOf("  Dana@Example.com ");
    expect(await bodyOf(await api("/me"))).toEqual({
      name: "dana@example.com",
      role: "operator",
      signsInWith: "password",
    });
  });

  test("who is added is listed with a role and a last sign-in, and never with the password", async () => {
    await aPerson("listed", "viewer");
    const text = await (await admin.api("/people")).text();
    const items: { name: string }[] = JSON.parse(text).items;
    expect(items[0]).toMatchObject({ name: "admin", role: "admin" });
    expect(items.find(({ name }) => name === "listed")).toMatchObject({
      role: "viewer",
      signsInWith: ["password"],
      lastSignInAt: expect.any(String),
    });
    expect(text).not.toMatch(/argon2|hash|"era"/i);
    expect(await store.redis.hget("sb:operators", "listed")).toMatch(
      /\$argon2id\$v=19\$m=19456,t=2/,
    );
  });

  test("without a name the password is that of admin, and admin's own", async () => {
    const cookie = await signIn(admin);
    const me = await admin.call("/admin/api/me", { headers: { cookie } });
    expect(await bodyOf(me)).toEqual({
      name: "admin",
      role: "admin",
      signsInWith: "first-password",
    });
    expect((await logIn("ADMIN", PASSWORD)).status).toBe(204);
    expect((await logIn("dana@example.com", PASSWORD)).status).toBe(401);
    expect(await bodyOf(await admin.api("/me"))).toMatchObject({ name: "API token" });
  });

  test("an unknown name and a wrong password answer the same", async () => {
    await aPerson("known", "viewer");
    const wrong = await logIn("known", "not the passphrase");
    const unknown = await logIn("nobody-here", "not the passphrase");
    expect([unknown.status, await unknown.text()]).toEqual([wrong.status, await wrong.text()]);
    expect(wrong.status).toBe(401);
  });

  test.each([
    [{ name: "", role: "viewer", password: SECRET }, "name"],
    [{ name: "two words", role: "viewer", password: SECRET }, "name"],
    [{ name: "#revision", role: "viewer", password: SECRET }, "name"],
    [{ name: "x".repeat(65), role: "viewer", password: SECRET }, "name"],
    [{ name: "somebody", role: "owner", password: SECRET }, "role"],
    [{ name: "somebody", role: "viewer", password: "too short" }, "password"],
    [{ name: "somebody", role: "viewer" }, "password"],
  ])("is not added as %j", async (body, path) => {
    const answer = await admin.api("/people", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect((await bodyOf(answer)).error.issues).toMatchObject([{ path }]);
  });

  test("has a name that nobody else has", async () => {
    await add("only-one", "viewer");
    expect(await codeOf(await add("Only-One", "admin"))).toEqual([409, "PERSON_EXISTS"]);
    expect(await codeOf(await add("admin", "viewer"))).toEqual([409, "PERSON_EXISTS"]);
  });
});

describe("a role", () => {
  test("counts at once, also when it is lowered behind the back of a session", async () => {
    const { api } = await aPerson("lowered", "operator");
    const refresh = () =>
      api("/parked/replay", { method: "POST", body: { dryRun: true, reason: "NONE" } });
    expect((await refresh()).status).toBe(200);
    const kept = JSON.parse((await store.redis.hget("sb:operators", "lowered")) ?? "{}");
    await store.redis.hset("sb:operators", "lowered", JSON.stringify({ ...kept, role: "viewer" }));
    expect(await codeOf(await refresh())).toEqual([403, "ROLE_TOO_LOW"]);
  });

  test.each([
    ["another role", { role: "admin" }],
    ["another password", { password: "another invented passphrase" }],
  ])("%s ends what the person has open", async (_what, body) => {
    const name = `moved-${Object.keys(body).join("")}`;
    const { api } = await aPerson(name, "viewer");
    // Also what is on no list is over.
    await store.redis.del(`sb:operator-sessions:${name}`);
    expect((await admin.api(`/people/${name}`, { method: "POST", body })).status).toBe(200);
    expect((await api("/me")).status).toBe(401);
    expect((await logIn(name, "password" in body ? body.password : SECRET)).status).toBe(204);
  });

  test("who is removed is out at once, and the name opens nothing when it is given anew", async () => {
    const { api } = await aPerson("leaver", "admin");
    expect((await admin.api("/people/leaver", { method: "DELETE" })).status).toBe(204);
    expect((await api("/me")).status).toBe(401);
    expect((await logIn("leaver", SECRET)).status).toBe(401);
    await add("leaver", "viewer", "another invented passphrase");
    expect((await api("/me")).status).toBe(401);
    expect((await admin.api("/people/nobody", { method: "DELETE" })).status).toBe(404);
  });

  test("admin is never removed, lowered or given another password", async () => {
    for (const call of [
      { method: "DELETE" },
      { method: "POST", body: { role: "viewer" } },
      { method: "POST", body: { password: SECRET } },
    ]) {
      expect(await codeOf(await admin.api("/people/admin", call))).toEqual([
        409,
        "PERSON_PROTECTED",
      ]);
    }
  });

  test("without ADMIN_PASSWORD the last admin stays, whoever asks at the same moment", async () => {
    const closed = await anotherAdmin({ adminPassword: undefined });
    const { items } = await bodyOf(await admin.api("/people"));
    for (const { name, role } of items) {
      if (role === "admin" && name !== "admin") {
        await admin.api(`/people/${name}`, { method: "DELETE" });
      }
    }
    await add("first-of-two", "admin");
    await add("second-of-two", "admin");
    const answers = await Promise.all(
      ["first-of-two", "second-of-two"].map((name) =>
        closed.api(`/people/${name}`, { method: "POST", body: { role: "viewer" } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(
      (
        await closed.call("/admin/login", {
          method: "POST",
          body: { user: "first-of-two", password: SECRET },
        })
      ).status,
    ).toBe(204);
  });

  test("a viewer reads the queues' pages and changes no queue", async () => {
    await add("queue-viewer", "viewer");
    const cookie = await signIn(admin, { user: "queue-viewer", password: SECRET });
    const call = (path: string, method = "GET") =>
      admin.call(`/admin/queues${path}`, { method, headers: { cookie, ...OWN } });
    const queues = await bodyOf(await call("/api/queues"));
    expect(queues.queues.every(({ readOnlyMode }: { readOnlyMode: boolean }) => readOnlyMode)).toBe(
      true,
    );
    expect(await codeOf(await call("/api/queues/prompts/pause", "PUT"))).toEqual([
      403,
      "ROLE_TOO_LOW",
    ]);
    expect(await store.queues.prompts.queue.isPaused()).toBe(false);
  });

  test("the queues' pages hide from a viewer what parked work hides", async () => {
    const job = { recordId: "00U5f00000AbCdEEAV", appointment: { title: "An invented title" } };
    const { id } = await store.queues.reconcile.queue.add("invented", job);
    await add("glancing", "viewer");
    const cookie = await signIn(admin, { user: "glancing", password: SECRET });
    const path = "/admin/queues/api/queues?activeQueue=reconcile&status=latest";
    const seen = await (await admin.call(path, { headers: { cookie } })).text();
    const one = await admin.call(`/admin/queues/api/queues/reconcile/${id}`, {
      headers: { cookie },
    });
    for (const text of [seen, await one.text()]) {
      expect(text).toContain(job.recordId);
      expect(text).not.toContain("An invented title");
    }
  });
});

describe("the own password", () => {
  test("is changed by who knows it, here without signing out, elsewhere with it", async () => {
    const { api: elsewhere } = await aPerson("changer", "viewer");
    const cookie = await signIn(admin, { user: "changer", password: SECRET });
    const change = (password: string) =>
      admin.call("/admin/api/me/password", {
        method: "POST",
        body: { password, newPassword: "another invented passphrase" },
        headers: { cookie, ...OWN },
      });
    expect(await codeOf(await change("not the passphrase"))).toEqual([403, "OWN_PASSWORD_WRONG"]);
    const changed = await change(SECRET);
    expect(changed.status).toBe(204);
    expect((await elsewhere("/me")).status).toBe(401);
    const renewed = { headers: { cookie: cookieOf(changed) } };
    expect((await admin.call("/admin/api/me", renewed)).status).toBe(200);
    expect((await admin.call("/admin/api/me", { headers: { cookie } })).status).toBe(401);
    expect((await logIn("changer", SECRET)).status).toBe(401);
    expect((await logIn("changer", "another invented passphrase")).status).toBe(204);
  });

  test("of admin is not kept here", async () => {
    const api = await browserOf("admin", PASSWORD);
    const body = { password: PASSWORD, newPassword: SECRET };
    const answer = await api("/me/password", { method: "POST", body });
    expect(await codeOf(answer)).toEqual([409, "PERSON_PROTECTED"]);
  });
});

describe("the lock-out", () => {
  test("holds in every process, for who has no name here as well", async () => {
    const other = await anotherAdmin({});
    for (const server of [admin, other, admin, other, admin]) {
      const body = { user: "no-such-person", password: "a guess" };
      expect((await server.call("/admin/login", { method: "POST", body })).status).toBe(401);
    }
    const body = { password: PASSWORD };
    expect((await other.call("/admin/login", { method: "POST", body })).status).toBe(429);
  });

  test("closes one name after twenty guesses from all over, and no other", async () => {
    const proxied = await anotherAdmin({ trustedProxies: ["127.0.0.1"] });
    await add("hunted", "viewer");
    const guess = (user: string, password: string, from: number) =>
      proxied.call("/admin/login", {
        method: "POST",
        body: { user, password },
        headers: { "x-forwarded-for": `198.51.100.${from}` },
      });
    for (let from = 1; from <= 20; from += 1) {
      expect((await guess("hunted", "a guess", from)).status).toBe(401);
    }
    expect((await guess("hunted", SECRET, 21)).status).toBe(429);
    expect((await guess("admin", PASSWORD, 21)).status).toBe(204);
  });
});

describe("the sessions", () => {
  const sessionsOf = async (api: Awaited<ReturnType<typeof browserOf>>) =>
    (await bodyOf(await api("/sessions"))).items;

  test("everybody sees their own, an admin all: who, since when, with what", async () => {
    const { api } = await aPerson("watcher", "operator");
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    await logIn("watcher", SECRET, { "user-agent": firefox });
    const own = await sessionsOf(api);
    expect(own).toHaveLength(2);
    expect(own.map(({ name }: { name: string }) => name)).toEqual(["watcher", "watcher"]);
    expect(own.map(({ isThis }: { isThis: boolean }) => isThis).sort()).toEqual([false, true]);
    expect(own).toContainEqual(
      expect.objectContaining({ browser: "Firefox on Linux", address: "127.0.0.1" }),
    );
    const boss = await browserOf("admin", PASSWORD);
    const names = (await sessionsOf(boss)).map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["admin", "watcher"]));
  });

  test("a viewer ends their own and cannot even name another's", async () => {
    const { api } = await aPerson("ender", "viewer");
    const { api: other } = await aPerson("bystander", "viewer");
    const [foreign] = await sessionsOf(other);
    expect((await api(`/sessions/${foreign.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await api("/people/bystander/sessions", { method: "DELETE" })).status).toBe(404);
    expect((await other("/me")).status).toBe(200);
    const second = await browserOf("ender");
    expect((await api("/people/ender/sessions", { method: "DELETE" })).status).toBe(204);
    expect((await second("/me")).status).toBe(401);
    const [own] = await sessionsOf(api);
    expect((await api(`/sessions/${own.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await api("/me")).status).toBe(401);
  });

  test("an admin signs somebody out everywhere", async () => {
    const { api } = await aPerson("sent-away", "operator");
    expect((await admin.api("/people/sent-away/sessions", { method: "DELETE" })).status).toBe(204);
    expect((await api("/me")).status).toBe(401);
  });

  test("one that ended is on no list, and being seen does not bring it back", async () => {
    let nowMs = Date.now();
    const clocked = await anotherAdmin({ nowMs: () => nowMs });
    await add("sleeper", "viewer");
    const cookie = await signIn(clocked, { user: "sleeper", password: SECRET });
    const headers = { cookie, ...OWN };
    nowMs += 120_000;
    const [seen] = (await bodyOf(await clocked.call("/admin/api/sessions", { headers }))).items;
    expect(Date.parse(seen.lastSeen)).toBe(nowMs);
    expect((await clocked.call("/admin/logout", { method: "POST", headers })).status).toBe(204);
    expect(await store.redis.exists("sb:operator-sessions:sleeper")).toBe(0);
    await signIn(clocked, { user: "sleeper", password: SECRET });
    nowMs += 12 * 3_600_000;
    await signIn(clocked, { user: "sleeper", password: SECRET });
    expect(await store.redis.hlen("sb:operator-sessions:sleeper")).toBe(1);
  });
});
