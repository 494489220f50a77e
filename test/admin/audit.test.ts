import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addAudit } from "../../src/books/audit-book.ts";
import { keepUnreadable } from "../../src/books/unreadable-book.ts";
import {
  type AdminServer,
  type AdminStore,
  API_TOKEN,
  bodyOf,
  forgetFailures,
  PASSWORD,
  SECRET_KEY,
  signIn,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const OWN = { "sec-fetch-site": "same-origin" };
const SECRET = "an invented passphrase";

let store: AdminStore;
let admin: AdminServer;

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
});
afterAll(async () => {
  await admin.stop();
  await store.stop();
});

async function trail(query = "") {
  return (await bodyOf(await admin.api(`/audit?limit=200${query}`))).items;
}

describe("the audit trail", () => {
  test("tells of every change who made it, and what was there before and after", async () => {
    await admin.api("/people", {
      method: "POST",
      body: { name: "olga", role: "viewer", password: SECRET },
    });
    const cookie = await signIn(admin);
    await admin.call("/admin/api/people/olga", {
      method: "POST",
      body: { role: "operator" },
      headers: { cookie, ...OWN },
    });
    await admin.call("/admin/logout", { method: "POST", headers: { cookie, ...OWN } });
    expect(await trail()).toMatchObject([
      { who: "admin", what: "Signed out" },
      {
        who: "admin",
        what: "Changed a person's role",
        subject: "olga",
        before: { role: "viewer" },
        after: { role: "operator" },
        at: expect.stringMatching(/Z$/),
      },
      { who: "admin", what: "Signed in" },
      { who: "API token", what: "Added a person", subject: "olga", after: { role: "viewer" } },
    ]);
  });

  test("reading leaves no trace, and neither does what was refused", async () => {
    const before = await trail();
    await admin.api("/overview");
    await admin.api("/people");
    expect((await admin.api("/people/nobody", { method: "DELETE" })).status).toBe(404);
    expect(await trail()).toEqual(before);
  });

  test("tells at which jobs of the queue pages an operator looked, however often they are asked for", async () => {
    const { queue } = store.queues.deliveries;
    const { id } = await queue.add("delivery", { recordId: "08p5f0000000001AAA" });
    const before = (await trail()).length;
    const ask = async (path: string, headers: Record<string, string>) =>
      (await admin.call(`/admin/queues/api/queues${path}`, { headers })).status;
    const token = { authorization: `Bearer ${API_TOKEN}` };
    const body = { name: "looker", role: "viewer", password: SECRET };
    await admin.api("/people", { method: "POST", body });
    const viewer = { cookie: await signIn(admin, { user: "looker", password: SECRET }) };
    for (const headers of [token, token, viewer]) {
      expect(await ask(`/deliveries/${id}`, headers)).toBe(200);
      await ask(`/deliveries/${id}/logs`, headers);
      expect(await ask("?activeQueue=deliveries&status=latest&page=1", headers)).toBe(200);
      expect(await ask("", headers)).toBe(200);
      await ask("/deliveries/metrics", headers);
    }
    const told = (await trail()).slice(0, -before);
    expect(told).toMatchObject([
      { who: "API token", what: "Looked at a queue's jobs by its page", subject: "deliveries" },
      { who: "API token", what: "Looked at a job by its page", subject: `deliveries/${id}` },
      { who: "looker", what: "Signed in" },
      { what: "Added a person" },
    ]);
  });

  test("tells of a look however its path is written, and again when the line could not be written", async () => {
    const headers = { authorization: `Bearer ${API_TOKEN}` };
    const look = async (path: string) =>
      (await admin.call(`/admin/queues${path}`, { headers })).status;
    expect(await look("/API/Queues/?activeQueue=prompts&status=latest&page=1")).toBe(200);
    const listLook = { what: "Looked at a queue's jobs by its page", subject: "prompts" };
    expect((await trail())[0]).toMatchObject(listLook);
    const { id } = await store.queues.deliveries.queue.add("delivery", {});
    await store.redis.rename("sb:audit", "aside");
    await store.redis.set("sb:audit", "no trail");
    expect(await look(`/Api/queues/deliveries/${id}`)).toBe(500);
    await store.redis.rename("aside", "sb:audit");
    expect(await look(`/api/queues/deliveries/${id}`)).toBe(200);
    const jobLook = { what: "Looked at a job by its page", subject: `deliveries/${id}` };
    expect((await trail())[0]).toMatchObject(jobLook);
  });

  test("tells that an admin looked at messages nobody could read, never what they saw", async () => {
    const keep = (body: string, key = SECRET_KEY) => {
      const message = { connection: "acme", reason: "STRUCTURE", bytes: Buffer.from(body) };
      return keepUnreadable(store.redis, { ...message, atMs: 1_800_000_000_000 }, key);
    };
    await keep("<sealed-elsewhere/>", Buffer.alloc(32, 1));
    await keep("<odd>Dachprüfung</odd>");
    const path = "/connections/acme/unreadable";
    await admin.api("/people", {
      method: "POST",
      body: { name: "oscar", role: "operator", password: SECRET },
    });
    const operator = { cookie: await signIn(admin, { user: "oscar", password: SECRET }) };
    const refused = await admin.call(`/admin/api${path}`, { headers: operator });
    expect((await bodyOf(refused)).error.code).toBe("ROLE_TOO_LOW");
    expect((await trail())[0]).toMatchObject({ who: "oscar", what: "Signed in" });
    const kept = { at: "2027-01-15T08:00:00.000Z", reason: "STRUCTURE" };
    expect(await bodyOf(await admin.api(path))).toEqual({
      items: [
        { ...kept, body: "<odd>Dachprüfung</odd>" },
        { ...kept, body: null },
      ],
    });
    const [{ id, at, ...look }] = await trail();
    expect([id, at]).toEqual([expect.any(String), expect.any(String)]);
    expect(look).toEqual({
      who: "API token",
      what: "Looked at messages nobody could read",
      connection: "acme",
    });
    expect((await admin.api("/connections/nobody/unreadable")).status).toBe(404);
    expect(JSON.stringify(await store.redis.lrange("sb:{acme}:unreadable", 0, -1))).not.toMatch(
      /odd|Dach/,
    );
  });

  test("tells of a lock-out once, and never repeats what was typed as a name nobody has", async () => {
    const logIn = (user: string, password: string) =>
      admin.call("/admin/login", { method: "POST", body: { user, password } });
    for (let tries = 0; tries < 7; tries += 1) {
      await logIn("hunter2-typed-in-the-wrong-field", "a guess");
    }
    const [locked, ...rest] = await trail("&q=locked");
    expect(rest).toEqual([]);
    expect(locked).toMatchObject({ who: "(nobody)", after: { address: "127.0.0.1" } });
    expect(JSON.stringify(await trail())).not.toMatch(/hunter2|a guess/);
    await forgetFailures(store);
  });

  test("is searched by who and by any word, and comes in pages", async () => {
    expect((await trail("&who=api+token")).length).toBeGreaterThan(0);
    expect(await trail("&q=OLGA&who=admin")).toMatchObject([{ what: "Changed a person's role" }]);
    expect(await trail("&q=no-such-word")).toEqual([]);
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await bodyOf(await admin.api(`/audit?limit=2${query}`));
      found.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual((await trail()).map(({ id }: { id: string }) => id));
    for (const cursor of ["%2B", "18446744073709551616-0"]) {
      expect((await admin.api(`/audit?cursor=${cursor}`)).status).toBe(400);
    }
  });

  test("is read to its end, however long it is", async () => {
    const entry = { atMs: Date.now(), who: "olga", what: "Replayed parked work" };
    for (let at = 0; at < 600; at += 1) {
      await addAudit(store.redis, { ...entry, subject: `${at}-${at % 2 === 0 ? "even" : "odd"}` });
    }
    const subjects = new Set<string>();
    let lines = 0;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await bodyOf(await admin.api(`/audit?limit=170&q=-even${query}`));
      lines += page.items.length;
      for (const { subject } of page.items) {
        subjects.add(subject);
      }
      cursor = page.nextCursor;
    }
    expect([lines, subjects.size]).toEqual([300, 300]);
  });

  test("holds no secret of any call", async () => {
    await admin.api("/people/olga", { method: "POST", body: { password: `${SECRET} anew` } });
    await signIn(admin, { user: "olga", password: `${SECRET} anew` });
    const kept = JSON.stringify(await store.redis.xrange("sb:audit", "-", "+"));
    expect(kept).toContain("Gave a person another password");
    expect(kept).not.toMatch(new RegExp(`${SECRET}|argon2|${PASSWORD}`));
  });
});
