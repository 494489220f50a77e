import { once } from "node:events";
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ackToken } from "../../src/ack-token.ts";
import { readDossier } from "../../src/books/appointment-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { type AdminStore, bodyOf, SECRET_KEY, startStore } from "../admin/admin-server.ts";
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
const OTTO = { userId: "0055f00000ZzZzZAAV", email: "otto@example.com", name: "Otto" };

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

describe("the page's files", () => {
  test.each([
    "/rep",
    "/rep/",
    "/rep/invite/some-token",
  ])("%s is the shell, under strict rules", async (path) => {
    const answer = await server.call(path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; manifest-src 'self'; " +
        "worker-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("strict-transport-security")).toBeNull();
    const isInvite = path.includes("invite");
    expect(answer.headers.get("cache-control")).toBe(isInvite ? "no-store" : "no-cache");
    const html = await answer.text();
    expect(html).not.toContain("some-token");
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|style=/);
  });

  test("the shell leaves its connection open for what follows", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const isReused = async () => {
      const asked = request(`${server.url}/rep`, { agent }).end();
      const [answer] = await once(asked, "response");
      await text(answer);
      return asked.reusedSocket;
    };
    expect([await isReused(), await isReused()]).toEqual([false, true]);
    agent.destroy();
  });

  test("browsers remember that an https bridge is one", async () => {
    const own = await anotherServer({ publicUrl: new URL("https://bridge.example.com") });
    const answer = await own.call("/rep");
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
  });

  test("the worker may serve all of the page, and is asked for anew each time", async () => {
    const answer = await server.call("/rep/sw.js");
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(answer.headers.get("service-worker-allowed")).toBe("/rep");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  });

  test("all that the worker keeps for when there is no network is there", async () => {
    const worker = await (await server.call("/rep/sw.js")).text();
    const files = [...worker.matchAll(/^ {2}"(\/[^"]+)",$/gm)].map(([, file = ""]) => file);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      expect([file, (await server.call(file)).status]).toEqual([file, 200]);
    }
  });

  test.each([
    ["/rep/index.html/../../rep-router.ts"],
    ["/rep/..%2frep-router.ts"],
    ["/rep/%2e%2e/rep-errors.ts"],
    ["/rep/nothing.js"],
    ["/REP"],
  ])("there is nothing at %s", async (path) => {
    expect((await server.call(path)).status).toBe(404);
  });
});

describe("the manifest", () => {
  async function manifestAt(query: string) {
    const answer = await server.call(`/rep/manifest.webmanifest${query}`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/manifest\+json/);
    return bodyOf(answer);
  }

  test("makes the page an app, whose pictures are there", async () => {
    const manifest = await manifestAt("");
    expect(manifest).toMatchObject({ id: "/rep", start_url: "/rep", scope: "/rep" });
    for (const { src, type } of manifest.icons) {
      const answer = await server.call(src);
      expect([src, answer.status, answer.headers.get("content-type")]).toEqual([src, 200, type]);
    }
  });

  test("carries a pairing code into the installed app, and nothing that is none", async () => {
    expect((await manifestAt("?pair=abcd-2345")).start_url).toBe("/rep?pair=ABCD2345");
    for (const query of [
      "?pair=",
      "?pair=ABCD2341",
      "?pair=ABCD234567",
      "?pair=%22%2C%22scope%22%3A%22%2F",
      "?pair=a&pair=b",
      "?pair[x]=ABCD2345",
    ]) {
      expect([query, (await manifestAt(query)).start_url]).toEqual([query, "/rep"]);
    }
  });
});

describe("another site's page", () => {
  const CHANGES = [
    ["POST", "/invites/some-token"],
    ["POST", "/pairing-codes"],
    ["POST", "/pair"],
    ["POST", "/prompts/some-prompt/opened"],
    ["POST", "/devices"],
    ["POST", "/devices/some-device"],
    ["POST", "/devices/some-device/token"],
    ["DELETE", "/devices/some-device"],
    ["POST", "/test-prompt"],
    ["POST", "/sign-out"],
  ] as const;

  test.each(CHANGES)("changes nothing by %s %s", async (method, path) => {
    const browser = await server.signedIn();
    const foreign = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin: "http://bridge.example.com" },
    ];
    for (const headers of foreign) {
      const answer = await browser.api(path, { method, headers, body: {} });
      expect([answer.status, (await bodyOf(answer)).error.code]).toEqual([403, "CROSS_SITE"]);
    }
    expect((await browser.api("/me")).status).toBe(200);
  });

  test.each(
    CHANGES.filter(([, path]) => !path.endsWith("/opened")),
  )("cannot send %s %s as a form", async (method, path) => {
    const browser = await server.signedIn();
    for (const type of ["application/x-www-form-urlencoded", "text/plain", ""]) {
      const headers = { "content-type": type };
      const answer = await browser.api(path, { method, headers, body: '{"code":"ABCD2345"}' });
      expect([type, answer.status]).toEqual([type, 403]);
    }
  });

  test("the page itself is not refused, at its own address and behind a proxy", async () => {
    const browser = await server.signedIn();
    for (const headers of [
      { origin: "http://bridge.example.com" },
      { origin: server.url },
      { "sec-fetch-site": "same-origin" },
    ]) {
      const answer = await browser.api("/pairing-codes", { method: "POST", headers });
      expect(answer.status).toBe(201);
    }
  });
});

describe("what comes in", () => {
  test("cannot become a header or a page", async () => {
    const browser = await server.signedIn();
    const evil = "x%0d%0aset-cookie:%20evil=1%0d%0a%0d%0a%3Cscript%3E";
    const answers = [
      await server.call(`/rep/invite/${evil}`),
      await server.call(`/rep/manifest.webmanifest?pair=${evil}`),
      await browser.api(`/invites/${evil}`),
      await browser.post(`/devices/${evil}`, { label: "x" }),
      await server.call(`/ack/${evil}`, { method: "POST" }),
      await server.call(`/rep/sign-in/${evil}`),
    ];
    for (const answer of answers) {
      expect(answer.headers.get("set-cookie") ?? "").not.toContain("evil");
      expect(await answer.text()).not.toContain("<script>");
    }
  });

  test.each([
    ["broken", '{"code":', "400 INPUT_INVALID"],
    ["too large", JSON.stringify({ code: "x".repeat(20_000) }), "413 BODY_TOO_LARGE"],
    ["no object", '"code"', "400 INPUT_INVALID"],
  ])("a body that is %s is answered as JSON", async (_what, body, expected) => {
    const answer = await server.browser().api("/pair", { method: "POST", body });
    expect(`${answer.status} ${(await bodyOf(answer)).error.code}`).toBe(expected);
  });

  test("a body over 16 KiB is told that it is too long, whatever is in it", async () => {
    for (const body of [JSON.stringify({ code: "x".repeat(20_000) }), "x".repeat(20_000)]) {
      const answer = await server.browser().api("/pair", { method: "POST", body });
      expect((await bodyOf(answer)).error).toEqual({
        code: "BODY_TOO_LARGE",
        message: "The body is longer than 16384 bytes",
      });
    }
  });

  test("the reps' calls are answered a client ten times a second, the files always", async () => {
    const own = await anotherServer();
    for (let at = 0; at < 600; at += 1) {
      // A bearer that nobody gave out does not make another client of it.
      await own.call("/rep/api/me", { headers: { authorization: `Bearer made-up-${at}` } });
    }
    expect((await own.call("/rep/api/me")).status).toBe(429);
    expect((await own.call("/rep")).status).toBe(200);
  });
});

describe("a device that showed a prompt", () => {
  const ackUrl = (promptToken: string, deviceId: string) =>
    `/ack/${ackToken({ promptToken, deviceId }, SECRET_KEY)}`;

  test("says so without any sign-in, as often as it likes, and it counts once", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const { deviceId } = await server.enrolPull();
    for (let times = 0; times < 3; times += 1) {
      const answer = await server.call(ackUrl(prompt.token, deviceId), {
        method: "POST",
        body: "whatever",
      });
      expect(answer.status).toBe(204);
    }
    expect((await readDossier(store.redis, RECORD))?.receipts).toMatchObject([
      { kind: "delivered", deviceId, promptId: prompt.promptId, source: "service-worker" },
    ]);
  });

  test("a token that we did not make is unknown, and so is a look by GET", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const [mine, other] = [await server.enrolPull(), await server.enrolPull()];
    const good = ackUrl(prompt.token, mine.deviceId);
    const [, , mac = ""] = good.split(".");
    const forged = [
      `/ack/${prompt.token}.${other.deviceId}.${mac}`,
      `/ack/${prompt.token}.${mine.deviceId}.${"A".repeat(22)}`,
      `/ack/${prompt.token}.${mine.deviceId}`,
      `/ack/${prompt.token}.${mine.deviceId}.`,
      `/ack/${prompt.token}`,
      `${good}.more`,
      ackUrl("nobody-knows-this-prompt", mine.deviceId),
    ];
    for (const path of forged) {
      const answer = await server.call(path, { method: "POST" });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await server.call(good)).status).toBe(404);
    expect((await readDossier(store.redis, RECORD))?.receipts).toEqual([]);
    expect((await server.call(good, { method: "POST" })).status).toBe(204);
  });

  test("guessing is slowed down", async () => {
    const own = await anotherServer();
    for (let guess = 0; guess < 100; guess += 1) {
      await own.call(`/ack/guess.d.${guess}`, { method: "POST" });
    }
    expect((await own.call("/ack/one.more.guess", { method: "POST" })).status).toBe(429);
  });
});

describe("a rep who follows a prompt on the page", () => {
  test("is believed, also by a beacon, and it counts once", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const browser = await server.signedIn();
    const path = `/prompts/${prompt.promptId}/opened`;
    const beacon = { method: "POST", headers: { "content-type": "text/plain;charset=UTF-8" } };
    expect((await browser.api(path, { ...beacon, body: "" })).status).toBe(204);
    expect((await browser.api(path, { method: "POST" })).status).toBe(204);
    const dossier = await readDossier(store.redis, RECORD);
    expect(dossier?.receipts).toMatchObject([{ kind: "opened", source: "rep-page" }]);
    expect(dossier?.prompts).toMatchObject([{ answeredAtMs: expect.any(Number) }]);
  });

  test("another rep's prompt is unknown, and so is one without a session", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt({ state: "sent" });
    await storePrompts(store.redis, [prompt]);
    const path = `/prompts/${prompt.promptId}/opened`;
    const otto = await server.signedIn({ connection: "acme", userId: OTTO.userId });
    expect((await otto.post(path)).status).toBe(404);
    expect((await server.browser().post(path)).status).toBe(401);
    expect((await readDossier(store.redis, RECORD))?.receipts).toEqual([]);
  });
});
