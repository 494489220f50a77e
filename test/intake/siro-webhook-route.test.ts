import { describe, expect, test } from "@jest/globals";
import { siroEventSchema } from "../../src/domain/siro-event.ts";
import { StoreUnavailableError } from "../../src/errors.ts";
import {
  aConnection,
  type IntakeServer,
  intakeServers,
  SIGNING_SECRET,
} from "../support/intake-server.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { signedHeaders, svixHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";

const PATH = "/webhooks/siro/acme";
const SIRO_SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;

const { start: startPlain, startWith } = intakeServers();

/** With the secret that Siro signs with. */
const start = () => startWith({ siro: { webhookSecret: SIRO_SECRET } });

/** As Siro's published description shows it. */
const LINKED = {
  eventType: "integrations.recordingLinked",
  recordingId: "rec-1",
  recordingProcessed: true,
  recordingLinked: true,
  siroUserId: "siro-user-1",
  crm: {
    integrationConnectionId: "01HACME0000000000000000000",
    users: [{ id: "u", externalId: "0055f0000000001" }],
    contacts: [{ id: "c", externalId: "0035f0000000001" }],
    engagement: { id: "e", externalId: "08p5f0000000001" },
    opportunity: { id: "o", externalId: null },
    account: null,
  },
};

interface PostOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function post(server: IntakeServer, content: unknown, options: PostOptions = {}) {
  const body = typeof content === "string" ? content : JSON.stringify(content);
  const { path = PATH, headers = svixHeaders(SIRO_SECRET, body) } = options;
  const reply = await fetch(server.url + path, { method: "POST", headers: { ...headers }, body });
  return { status: reply.status, text: await reply.text(), headers: reply.headers };
}

describe("accepting Siro's webhooks", () => {
  test("a signed event is 204 without content, and stored as what the bridge understands", async () => {
    const server = await start();
    const accepted = await post(server, LINKED);
    expect(accepted).toMatchObject({ status: 204, text: "" });
    expect(accepted.headers.get("content-length")).toBeNull();
    expect(server.siroInbox.events).toEqual([
      {
        connection: "acme",
        messageId: "msg_1",
        receivedAtMs: expect.any(Number),
        eventType: "integrations.recordingLinked",
        recordingId: "rec-1",
        isProcessed: true,
        isLinked: true,
        siroUserId: "siro-user-1",
        crm: {
          integrationConnectionId: "01HACME0000000000000000000",
          recordIds: ["08p5f0000000001AAA", "0035f0000000001AAA"],
        },
      },
    ]);
    const [event] = server.siroInbox.events;
    expect(siroEventSchema.parse(event)).toEqual(event);
    expect(server.inbox.events).toEqual([]);
  });

  test("the white-label headers of the standard will do, too", async () => {
    const server = await start();
    const body = JSON.stringify(LINKED);
    expect(
      (await post(server, body, { headers: { ...signedHeaders(SIRO_SECRET, body) } })).status,
    ).toBe(204);
    expect(server.siroInbox.events).toHaveLength(1);
  });

  test("a message that is sent again is 204 and stored once; it may be signed anew", async () => {
    const server = await start();
    const body = JSON.stringify(LINKED);
    const again = svixHeaders(SIRO_SECRET, body, { atMs: Date.now() + 60_000 });
    expect((await post(server, body)).status).toBe(204);
    expect((await post(server, body, { headers: again })).status).toBe(204);
    expect(server.siroInbox.events).toHaveLength(1);
    expect(await server.count("duplicates", { source: "siro" })).toBe(1);
  });

  test("what lacks everything but its type and its recording is understood by its name", async () => {
    const server = await start();
    const bare = { eventType: "integrations.recordingProcessed", recordingId: "rec-2", crm: 7 };
    expect((await post(server, bare)).status).toBe(204);
    const [event] = server.siroInbox.events;
    expect(event).toMatchObject({ recordingId: "rec-2", isProcessed: true, isLinked: false });
    expect(event?.crm).toBeUndefined();
  });

  test("a type of which the bridge knows nothing is 204, and not stored", async () => {
    const server = await start();
    expect((await post(server, { eventType: "integrations.other", anything: 1 })).status).toBe(204);
    expect(server.siroInbox.events).toEqual([]);
    expect(await server.count("acked", { source: "siro", outcome: "dropped" })).toBe(1);
  });
});

describe("refusing Siro's webhooks", () => {
  test.each([
    ["no JSON", "{", ""],
    ["no type", "{}", "eventType"],
    ["no recording", { eventType: "integrations.recordingLinked" }, "recordingId"],
  ])("%s is 400 with the reason", async (_, content, path) => {
    const server = await start();
    const refused = await post(server, content);
    expect(refused.status).toBe(400);
    const { error } = JSON.parse(refused.text);
    expect(error.code).toBe("EVENTS_INVALID");
    expect(error.issues[0].path).toBe(path);
  });

  test("503 when the event could not be made durable", async () => {
    const server = await start();
    server.siroInbox.failWith = () => Promise.reject(new StoreUnavailableError("down"));
    const refused = await post(server, LINKED);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
  });

  test("only POST is served", async () => {
    const server = await start();
    const got = await fetch(server.url + PATH);
    expect(got.status).toBe(405);
    expect(got.headers.get("allow")).toBe("POST");
  });

  test("the signature covers id, time and every byte", async () => {
    const server = await start();
    const body = JSON.stringify(LINKED);
    const headers = { ...svixHeaders(SIRO_SECRET, body) };
    const later = String(Number(headers["svix-timestamp"]) + 1);
    const statusOf = async (text: string, changed: Record<string, string> = {}) =>
      (await post(server, text, { headers: { ...headers, ...changed } })).status;
    expect(await statusOf(`${body} `)).toBe(401);
    expect(await statusOf(body, { "svix-id": "other" })).toBe(401);
    expect(await statusOf(body, { "svix-timestamp": later })).toBe(401);
    expect(await statusOf(body, { "svix-signature": `v1,AAAA ${headers["svix-signature"]}` })).toBe(
      204,
    );
  });

  test("a time more than five minutes off, and missing headers, are 401 before the body", async () => {
    const server = await start();
    const old = svixHeaders(SIRO_SECRET, "{}", { atMs: Date.now() - 302_000 });
    const replies: string[] = [];
    for (const [path, headers] of [
      [PATH, old],
      [PATH, {}],
      [PATH, { "svix-id": "a", "svix-signature": "v1,x" }],
      ["/webhooks/siro/nobody", {}],
    ] as const) {
      const caller = await connectRaw(server.port);
      caller.socket.write(postHead(path, { ...headers, "content-length": 1000 }));
      replies.push((await caller.reply()).replace(/^Date: .*$/im, ""));
      caller.socket.destroy();
    }
    expect(replies[0]).toMatch(/^HTTP\/1\.1 401 /);
    expect(new Set(replies).size).toBe(1);
  });

  test("a wrong secret, an unknown connection and one without Siro's secret are 401 alike", async () => {
    const withSiro = await start();
    const without = await startPlain();
    const body = JSON.stringify(LINKED);
    const wrong = await post(withSiro, body, {
      headers: svixHeaders(SIGNING_SECRET, body),
    });
    const signed = { headers: svixHeaders(SIRO_SECRET, body) };
    const unknown = await post(withSiro, body, { ...signed, path: "/webhooks/siro/nobody" });
    const more = await post(withSiro, body, { ...signed, path: `${PATH}/more` });
    const unset = await post(without, body, signed);
    expect(wrong).toMatchObject({ status: 401 });
    for (const refused of [unknown, more, unset]) {
      expect(refused).toMatchObject({ status: 401, text: wrong.text });
    }
    expect(withSiro.siroInbox.events).toEqual([]);
  });

  test("the secret of one connection opens no other", async () => {
    const other = `whsec_${Buffer.alloc(24, "other").toString("base64")}`;
    const server = await startPlain({
      connections: new Map([
        ["acme", aConnection({ siro: { webhookSecret: SIRO_SECRET } })],
        ["other", aConnection({ name: "other", siro: { webhookSecret: other } })],
      ]),
    });
    expect((await post(server, LINKED, { path: "/webhooks/siro/other" })).status).toBe(401);
    expect((await post(server, LINKED)).status).toBe(204);
  });

  test("no log line or metric holds a body, a secret or a signature", async () => {
    const server = await start();
    const marked = { ...LINKED, recordingId: "marker", siroUserId: "marker" };
    await post(server, marked);
    await post(server, { ...marked, recordingId: { marker: 1 } });
    await post(server, "{marker");
    await until(() => server.logLines.length === 3, { timeoutMs: 1000, what: "the log lines" });
    const told = server.logLines.join("") + (await server.metrics());
    expect(told).not.toMatch(/marker|v1,|whsec_/);
  });
});
