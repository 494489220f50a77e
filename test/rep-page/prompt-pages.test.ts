import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readDossier } from "../../src/books/appointment-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { type AdminStore, aConnection, startStore } from "../admin/admin-server.ts";
import {
  anAppointment,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "../admin/state.ts";
import { type RepInput, type RepServer, startRep } from "./rep-server.ts";

const RECORD = { connection: "acme", recordId: RECORD_ID };

let store: AdminStore;
let server: RepServer;
const others: RepServer[] = [];

beforeAll(async () => {
  store = await startStore();
  server = await startRep(store);
});
beforeEach(() => store.redis.flushall());
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});
afterAll(async () => {
  await server.stop();
  await store.stop();
  expect(server.reported).toEqual([]);
});

async function aLivePrompt(input: Partial<Prompt> = {}): Promise<Prompt> {
  const prompt = aPrompt(input);
  await storePrompts(store.redis, [prompt]);
  return prompt;
}

async function timelineKinds(): Promise<readonly string[]> {
  return (await readTimeline(store.redis, RECORD)).map(({ kind }) => kind);
}

async function timelineTexts(): Promise<readonly string[]> {
  return (await readTimeline(store.redis, RECORD)).map(({ text }) => text);
}

async function anotherServer(input: RepInput = {}): Promise<RepServer> {
  const other = await startRep(store, input);
  others.push(other);
  return other;
}

describe("/go", () => {
  test("shows one button with the link, private and never stored, and tells the timeline", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token, promptId } = await aLivePrompt({ state: "sent" });
    const answer = await server.call(`/go/${token}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    const html = await answer.text();
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toMatch(/href="https:\/\/app\.siro\.ai\/record\?action=start&amp;/);
    expect(html).not.toContain("<script");
    const timeline = await readTimeline(store.redis, RECORD);
    expect(timeline).toMatchObject([{ kind: "link.opened", promptId, userId: REP.userId }]);
  });

  test("opening it answers the prompt, however often it is opened", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token, promptId } = await aLivePrompt({ state: "sent" });
    await server.call(`/go/${token}`);
    await server.call(`/go/${token}`);
    const dossier = await readDossier(store.redis, RECORD);
    expect(dossier?.receipts).toMatchObject([{ kind: "opened", source: "go-page", promptId }]);
    expect(dossier?.prompts[0]?.answeredAtMs).toBe(dossier?.receipts[0]?.atMs);
    expect(await timelineKinds()).toEqual(["link.opened"]);
  });

  test("a page that comes too late is no answer", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "sent", expiresAtMs: Date.now() - 1 });
    await server.call(`/go/${token}`);
    const dossier = await readDossier(store.redis, RECORD);
    expect([dossier?.receipts, dossier?.prompts[0]?.answeredAtMs]).toEqual([[], undefined]);
  });

  test("its style sheet is there", async () => {
    const answer = await server.call("/rep-assets/rep.css");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/css; charset=utf-8",
    ]);
  });

  test.each([
    "/go/nobody",
    "/done/nobody",
    "/rep-assets/rep.css",
  ])("%s has the headers of the rep's page", async (path) => {
    const secure = await anotherServer({ publicUrl: new URL("https://bridge.example.com") });
    const page = await secure.call("/rep");
    const answer = await secure.call(path);
    for (const name of [
      "cross-origin-opener-policy",
      "referrer-policy",
      "strict-transport-security",
      "x-content-type-options",
      "x-robots-tag",
    ]) {
      expect([name, answer.headers.get(name)]).toEqual([name, page.headers.get(name) ?? "missing"]);
    }
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^default-src 'none';.*frame-ancestors 'none'/,
    );
    const plain = await server.call(path);
    expect(plain.headers.get("strict-transport-security")).toBeNull();
  });

  test.each([
    "/rep-assets/index.html",
    "/rep-assets/app.js",
    "/rep-assets/sw.js",
    "/rep-assets/icons/icon.svg",
    "/rep-assets/",
  ])("nothing else lies beside it: %s", async (path) => {
    expect((await server.call(path)).status).toBe(404);
  });

  test("a look by HEAD is answered alike but not recorded", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt();
    expect((await server.call(`/go/${token}`, { method: "HEAD" })).status).toBe(200);
    expect((await server.call(`/done/${token}`, { method: "HEAD" })).status).toBe(200);
    expect((await readDossier(store.redis, RECORD))?.receipts).toEqual([]);
    expect(await timelineKinds()).toEqual([]);
  });

  test.each([
    ["user-agent", "Mozilla/5.0 (compatible; facebookexternalhit/1.1; Facebot Twitterbot/1.0)"],
    ["user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"],
    ["user-agent", "WhatsApp/2.23.20.0"],
    ["sec-purpose", "prefetch;prerender"],
  ])("a program that fetches the link by itself is no answer: %s %s", async (name, value) => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "sent" });
    const answer = await server.call(`/go/${token}`, { headers: { [name]: value } });
    expect(answer.status).toBe(200);
    expect((await readDossier(store.redis, RECORD))?.receipts).toEqual([]);
  });

  test("tabs, histories and previews are told no title", async () => {
    await storeAppointment(store.redis, anAppointment({ title: "Jane Doe" }));
    const { token } = await aLivePrompt({ state: "sent" });
    const html = await (await server.call(`/go/${token}`)).text();
    expect(html).toContain("<title>Start recording</title>");
    expect(html).toContain("<h1>Jane Doe</h1>");
    expect(html.match(/<head>.*<\/head>/s)?.[0]).not.toMatch(/jane|og:/i);
  });

  test("a program gets neither the title nor the link; a person taken for one gets on by a tap", async () => {
    await storeAppointment(store.redis, anAppointment({ title: "Jane Doe" }));
    const { token } = await aLivePrompt({ state: "sent" });
    const headers = { "user-agent": "WhatsApp/2.23.20.0" };
    const html = await (await server.call(`/go/${token}`, { headers })).text();
    expect(html).not.toMatch(/jane|doe|siro\.ai/i);
    const [, href = ""] = /<a class="button" href="([^"]+)"/.exec(html) ?? [];
    const next = new URL(href, `${server.url}/go/${token}`);
    const shown = await server.call(next.pathname + next.search, { headers });
    expect(await shown.text()).toMatch(/<h1>Jane Doe<\/h1>.*href="https:\/\/app\.siro\.ai/s);
  });

  test("a browser that fetches ahead is the rep's own, and gets the page as it is", async () => {
    await storeAppointment(store.redis, anAppointment({ title: "Jane Doe" }));
    const { token } = await aLivePrompt({ state: "sent" });
    const headers = { "sec-purpose": "prefetch;prerender" };
    const html = await (await server.call(`/go/${token}`, { headers })).text();
    expect(html).toContain("Start recording</a>");
  });

  test("a phone whose maker's name ends in bot is a person's", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "sent" });
    const agent = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/126.0";
    await server.call(`/go/${token}`, { headers: { "user-agent": agent } });
    expect((await readDossier(store.redis, RECORD))?.receipts).toHaveLength(1);
  });

  test("a title with markup stays text", async () => {
    const title = `<script>alert(1)</script>"><img src=x onerror=alert(2)>`;
    await storeAppointment(store.redis, anAppointment({ title }));
    const { token } = await aLivePrompt();
    const html = await (await server.call(`/go/${token}`)).text();
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<img/);
  });

  test("the link is built from the newest appointment", async () => {
    await storeAppointment(store.redis, anAppointment({ title: "Old title" }));
    const { token } = await aLivePrompt();
    await storeAppointment(store.redis, anAppointment({ title: "New title" }));
    const html = await (await server.call(`/go/${token}`)).text();
    expect(html).toContain("New title");
    expect(html).not.toContain("Old title");
  });

  test.each([
    ["This link has expired", { expiresAtMs: Date.now() - 1 }, {}],
    ["There is a newer link", { state: "superseded" } as const, {}],
    ["This visit is over", {}, { status: "canceled" } as const],
    ["This visit is over", {}, { status: "completed" } as const],
  ])("says in words: %s", async (heading, prompt, appointment) => {
    await storeAppointment(store.redis, anAppointment(appointment));
    const { token } = await aLivePrompt(prompt);
    const answer = await server.call(`/go/${token}`);
    expect(answer.status).toBe(410);
    const html = await answer.text();
    expect(html).toContain(heading);
    expect(html).not.toContain("siro.ai");
    expect(await timelineKinds()).toEqual(["link.opened"]);
  });

  test("a closed link is told about once per reason, however often it is opened", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "sent", expiresAtMs: Date.now() - 1 });
    await Promise.all(Array.from({ length: 20 }, () => server.call(`/go/${token}`)));
    expect(await timelineTexts()).toEqual([
      "The rep opened the start link's page, too late: expired",
    ]);
    await storeAppointment(store.redis, anAppointment({ status: "canceled" }));
    await server.call(`/go/${token}`);
    await server.call(`/go/${token}`);
    expect((await timelineTexts()).slice(1)).toEqual([
      "The rep opened the start link's page, too late: visit-over",
    ]);
  });

  test("one that is opened before its time is told about as too early", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "waiting" });
    const answer = await server.call(`/go/${token}`);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining("A little early"),
    ]);
    expect(await timelineTexts()).toEqual(["The rep opened the start link's page, too early"]);
  });

  test("a start is not offered any more once the stop is live", async () => {
    await storeAppointment(store.redis, anAppointment());
    const start = aPrompt({ state: "sent" });
    const stop = aPrompt({ action: "stop" });
    await storePrompts(store.redis, [start, stop]);
    expect((await server.call(`/go/${start.token}`)).status).toBe(410);
    expect((await server.call(`/go/${stop.token}`)).status).toBe(200);
  });

  test("a stop is offered although the visit is over", async () => {
    await storeAppointment(store.redis, anAppointment({ status: "completed" }));
    const { token } = await aLivePrompt({ action: "stop" });
    expect(await (await server.call(`/go/${token}`)).text()).toContain("Stop recording");
  });

  test.each([
    "/go/nobody-knows-this-one",
    "/done/nobody-knows-this-one",
    "/go/%2e%2e",
  ])("%s is not found", async (path) => {
    expect((await server.call(path)).status).toBe(404);
  });
});

describe("/done", () => {
  test("forwards to the CRM record and tells the timeline", async () => {
    const salesforce = {
      instanceUrl: "https://acme.my.salesforce.com",
      auth: { kind: "client-credentials", clientId: "id", clientSecret: "secret" },
    };
    const own = await anotherServer({ connection: aConnection({ salesforce }) });
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt({ state: "sent" });
    const answer = await own.call(`/done/${token}`);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      `https://acme.lightning.force.com/lightning/r/ServiceAppointment/${RECORD_ID}/view`,
    ]);
    expect(await timelineKinds()).toEqual(["rep.returned"]);
    const receipts = (await readDossier(store.redis, RECORD))?.receipts;
    expect(receipts).toMatchObject([{ kind: "returned", source: "done-page" }]);
  });

  test("nothing in the request decides where it forwards to", async () => {
    const links = { returnTo: "https://crm.example.com/{recordType}/{recordId}" };
    const own = await anotherServer({ connection: aConnection({ links }) });
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt();
    const evil = "https%3A%2F%2Fevil.example";
    const query = `?redirectUrl=${evil}&returnTo=${evil}&url=${evil}&next=//evil.example`;
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
    const answer = await own.call(`/done/${token}${query}`, { headers });
    expect(answer.headers.get("location")).toBe(
      `https://crm.example.com/ServiceAppointment/${RECORD_ID}`,
    );
  });

  test("without a place to go to it says that the page can be closed", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await aLivePrompt();
    const answer = await server.call(`/done/${token}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("You can close this page");
  });
});
