import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readDossier } from "../../src/books/appointment-book.ts";
import { readRepState, saveRep } from "../../src/books/rep-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { parseRecordingLink } from "../../src/links/links.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";
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
const REP_REF = { connection: "acme", userId: REP.userId };

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
  server.sent.length = 0;
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

describe("asking for the next link", () => {
  test("nothing is due: 204, never stored by anything in between", async () => {
    const { token } = await server.enrolPull();
    const answer = await server.next(token);
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("a due start is served as plain text, as often as asked, and counts as sent", async () => {
    await storeAppointment(store.redis, anAppointment());
    const prompt = aPrompt();
    await storePrompts(store.redis, [prompt]);
    const { token, deviceId } = await server.enrolPull();
    const first = await server.next(token);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(first.headers.get("cache-control")).toBe("no-store");
    const link = await first.text();
    expect(parseRecordingLink(link)).toMatchObject({
      link: { action: "start", title: "Roof inspection" },
    });
    expect(await (await server.next(token)).text()).toBe(link);

    const dossier = await readDossier(store.redis, RECORD);
    expect(dossier?.prompts).toMatchObject([{ state: "sent", sentAtMs: expect.any(Number) }]);
    expect(dossier?.deliveries).toMatchObject([
      { deviceId, channel: "pull", state: "accepted", attempts: 2 },
    ]);
    const { issued } = await readRepState(store.redis, REP_REF);
    expect(issued).toMatchObject([{ promptId: prompt.promptId, action: "start" }]);
    expect(server.sent).toEqual([prompt.promptId]);
    const timeline = await readTimeline(store.redis, RECORD);
    expect(timeline).toMatchObject([{ kind: "link.served", deviceId, promptId: prompt.promptId }]);
  });

  test("a restart is served once, whichever of the rep's devices asks", async () => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt({ action: "restart" })]);
    const [first, second] = [await server.enrolPull(), await server.enrolPull()];
    expect((await server.next(first.token)).status).toBe(200);
    expect((await server.next(first.token)).status).toBe(204);
    expect((await server.next(second.token)).status).toBe(204);
    const { issued } = await readRepState(store.redis, REP_REF);
    expect(issued).toHaveLength(1);
  });

  test("a restart that the rep opened elsewhere is not served any more; a start is", async () => {
    await storeAppointment(store.redis, anAppointment());
    const { token } = await server.enrolPull();
    for (const [action, status] of [
      ["restart", 204],
      ["start", 200],
    ] as const) {
      await storePrompts(store.redis, [aPrompt({ action, answeredAtMs: Date.now() })]);
      expect((await server.next(token)).status).toBe(status);
    }
  });

  test("a restart asked for many times at once, by two devices, is served once", async () => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt({ action: "restart" })]);
    const devices = [await server.enrolPull(), await server.enrolPull()];
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => devices.map(({ token }) => server.next(token))).flat(),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(9);
  });

  test("a look by HEAD is refused, and uses up nothing", async () => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt({ action: "restart" })]);
    const { token } = await server.enrolPull();
    const headers = { authorization: `Bearer ${token}` };
    const look = await server.call("/v1/next-link", { method: "HEAD", headers });
    expect([look.status, look.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await readDossier(store.redis, RECORD))?.deliveries).toEqual([]);
    expect((await server.next(token)).status).toBe(200);
  });

  test.each([
    ["has expired", { expiresAtMs: Date.now() - 1 }],
    ["still waits", { state: "waiting" } as const],
    ["was superseded", { state: "superseded" } as const],
  ])("a prompt that %s is not served", async (_what, input) => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt(input)]);
    const { token } = await server.enrolPull();
    expect((await server.next(token)).status).toBe(204);
    expect(await readTimeline(store.redis, RECORD)).toEqual([]);
  });

  test("a start for a visit that was called off is not served", async () => {
    await storeAppointment(store.redis, anAppointment({ status: "canceled" }));
    await storePrompts(store.redis, [aPrompt()]);
    const { token } = await server.enrolPull();
    expect((await server.next(token)).status).toBe(204);
  });

  test("a wrong, missing or revoked token is refused alike", async () => {
    const { token, deviceId } = await server.enrolPull();
    await server.devices.revoke(deviceId);
    const answers = [
      await server.next("wrong"),
      await server.next(token),
      await server.call("/v1/next-link"),
      await server.call(`/v1/next-link?token=${token}`),
    ];
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(bodies).size).toBe(1);
  });

  test("guessing tokens is slowed down", async () => {
    const own = await anotherServer();
    for (let guess = 0; guess < 100; guess += 1) {
      await own.next(`guess-${guess}`);
    }
    const answer = await own.next("one-more");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
