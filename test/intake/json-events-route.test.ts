import { describe, expect, test } from "@jest/globals";
import { crmEventSchema } from "../../src/domain/crm-event.ts";
import { StoreUnavailableError } from "../../src/errors.ts";
import { createDoors } from "../../src/intake/doors.ts";
import {
  aConnection,
  type IntakeServer,
  intakeServers,
  SECOND_SECRET,
  SECRET,
  SIGNING_SECRET,
} from "../support/intake-server.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { signedHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";

const PATH = "/webhooks/events/acme";
const OTHER_SIGNING_SECRET = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
const BEARER = { authorization: `Bearer ${SECRET}` };

const { start, startWith } = intakeServers();

function anEvent(change: Readonly<Record<string, unknown>> = {}) {
  return {
    eventId: "e-1",
    recordType: "ServiceAppointment",
    recordId: "08p5f0000000001",
    occurredAt: "2026-11-23T09:00:00Z",
    ...change,
  };
}

const appointment = {
  status: "scheduled",
  startAt: "2026-11-24T09:00:00Z",
  endAt: "2026-11-24T10:00:00Z",
  title: "Roof",
  crmObjects: [{ objectType: "Lead", objectId: "00Q5f0000000001" }],
  reps: [{ userId: "0055f0000000001", email: "rep@example.com" }],
};

interface PostOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Posts with a bearer secret unless other headers are given; every answer has to be JSON. */
async function post(
  server: IntakeServer,
  content: unknown,
  { path = PATH, headers = BEARER, method = "POST" }: PostOptions = {},
) {
  const body =
    typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content);
  const reply = await fetch(server.url + path, {
    method,
    headers: { ...headers },
    redirect: "manual",
    ...(method === "POST" ? { body } : {}),
  });
  expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const answer: unknown = await reply.json();
  return { status: reply.status, answer, headers: reply.headers };
}

/** Posts signed. */
function postSigned(server: IntakeServer, content: unknown, secret = SIGNING_SECRET) {
  const body = JSON.stringify(content);
  return post(server, body, { headers: { ...signedHeaders(secret, body) } });
}

describe("accepting JSON events", () => {
  test("one signed event is 202 and stored as it was sent, with canonical ids and times", async () => {
    const nowMs = Date.now();
    const server = await start({ nowMs: () => nowMs });
    expect(await postSigned(server, anEvent({ appointment }))).toMatchObject({
      status: 202,
      answer: { accepted: 1, duplicates: 0 },
    });
    expect(server.inbox.events).toEqual([
      {
        kind: "record-changed",
        connection: "acme",
        source: "json",
        eventId: "e-1",
        receivedAtMs: nowMs,
        recordType: "ServiceAppointment",
        recordId: "08p5f0000000001AAA",
        occurredAtMs: Date.parse("2026-11-23T09:00:00Z"),
        appointment: {
          ...appointment,
          startAt: Date.parse(appointment.startAt),
          endAt: Date.parse(appointment.endAt),
          reps: [{ userId: "0055f0000000001AAA", email: "rep@example.com" }],
          crmObjects: [{ objectType: "Lead", objectId: "00Q5f0000000001" }],
        },
      },
    ]);
    expect(crmEventSchema.parse(server.inbox.events[0])).toEqual(server.inbox.events[0]);
  });

  test("another CRM's ids of eighteen digits stay as they are, and apart", async () => {
    const server = await start();
    const recordIds = ["554023000000235051", "554023000000235052"];
    const events = recordIds.map((recordId) => anEvent({ eventId: recordId, recordId }));
    expect(await post(server, { events })).toMatchObject({ status: 202 });
    expect(server.inbox.events).toMatchObject(recordIds.map((recordId) => ({ recordId })));
  });

  test("a batch with a bearer secret is 202 with the count", async () => {
    const server = await start();
    const events = Array.from({ length: 100 }, (_, at) => anEvent({ eventId: `e-${at}` }));
    expect(await post(server, { events })).toMatchObject({
      status: 202,
      answer: { accepted: 100, duplicates: 0 },
    });
    expect(server.inbox.events.map(({ eventId }) => eventId)).toEqual(
      events.map(({ eventId }) => eventId),
    );
  });

  test("a resent event is a duplicate; the same id twice in a batch is one of each, alike or not", async () => {
    const server = await start();
    await post(server, anEvent());
    expect((await post(server, anEvent())).answer).toEqual({ accepted: 0, duplicates: 1 });
    const twice = [anEvent({ eventId: "e-2" }), anEvent({ eventId: "e-2" })];
    expect((await post(server, { events: twice })).answer).toEqual({ accepted: 1, duplicates: 1 });
    const differing = [
      anEvent({ eventId: "e-3" }),
      anEvent({ eventId: "e-3", recordType: "Lead" }),
    ];
    expect((await post(server, { events: differing })).answer).toEqual({
      accepted: 1,
      duplicates: 1,
    });
    expect(server.inbox.events).toHaveLength(3);
  });

  test("content type, trailing slash and query do not matter; a byte order mark is no content", async () => {
    const server = await start();
    for (const path of [`${PATH}/`, `${PATH}?a=b`]) {
      expect((await post(server, anEvent(), { path })).status).toBe(202);
    }
    for (const contentType of ["text/plain", "application/json; charset=UTF-8", "a/b"]) {
      const headers = { ...BEARER, "content-type": contentType };
      expect((await post(server, anEvent(), { headers })).status).toBe(202);
    }
    expect((await post(server, `\uFEFF${JSON.stringify(anEvent())}`)).status).toBe(202);
  });
});

describe("refusing JSON events", () => {
  test("400 names what is wrong by path, and one bad event refuses the whole batch", async () => {
    const server = await start();
    const bad = anEvent({ appointment: { ...appointment, endAt: appointment.startAt } });
    expect(await post(server, { events: [bad, anEvent()] })).toMatchObject({
      status: 400,
      answer: {
        error: {
          code: "EVENTS_INVALID",
          message: expect.any(String),
          issues: [{ path: "events.0.appointment.endAt", message: "must be after startAt" }],
        },
      },
    });
    expect(await post(server, bad)).toMatchObject({
      status: 400,
      answer: { error: { issues: [{ path: "appointment.endAt" }] } },
    });
    expect(server.inbox.puts).toBe(0);
  });

  test.each<[string, unknown, string]>([
    ["no JSON", "{", ""],
    ["nothing", "", ""],
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0x22]), ""],
    ["a list", [anEvent()], ""],
    ["null", "null", ""],
    ["an empty list", { events: [] }, "events"],
    ["101 events", { events: Array.from({ length: 101 }, () => anEvent()) }, "events"],
    ["events that are no list", { events: {} }, "events"],
    ["an event that is none", { events: [anEvent(), 7] }, "events.1"],
    ["an unknown record type", anEvent({ recordType: "Case" }), "recordType"],
    ["a bad record id", anEvent({ recordId: "../x" }), "recordId"],
    ["a time without zone", anEvent({ occurredAt: "2026-11-23T09:00:00" }), "occurredAt"],
    ["an empty event id", anEvent({ eventId: "" }), "eventId"],
  ])("%s is 400", async (_, content, path) => {
    const server = await start();
    expect(await post(server, content)).toMatchObject({
      status: 400,
      answer: { error: { code: "EVENTS_INVALID", issues: [{ path }] } },
    });
  });

  test("issues are at most 50, and none of them quotes the body", async () => {
    const server = await start();
    const events = Array.from({ length: 100 }, () => ({ eventId: 7, recordType: "marker" }));
    const { answer } = await post(server, { events });
    expect(answer).toMatchObject({ error: { issues: { length: 50 } } });
    expect(JSON.stringify(answer)).not.toContain("marker");
  });

  test("413, 415 and 405 are JSON, too", async () => {
    const server = await start({ bodyLimitBytes: 100 });
    const code = (code: string) => ({ error: { code } });
    expect(await post(server, "x".repeat(101))).toMatchObject({
      status: 413,
      answer: code("BODY_TOO_LARGE"),
    });
    for (const headers of [
      { "content-encoding": "gzip" },
      { "content-type": "application/json; charset=latin1" },
    ]) {
      expect(await post(server, "x", { headers: { ...BEARER, ...headers } })).toMatchObject({
        status: 415,
        answer: code("BODY_ENCODING_UNSUPPORTED"),
      });
    }
    const got = await post(server, "", { method: "GET" });
    expect(got).toMatchObject({ status: 405, answer: code("METHOD_NOT_ALLOWED") });
    expect(got.headers.get("allow")).toBe("POST");
  });

  test("8. 503 with Retry-After when the inbox refuses or is too slow", async () => {
    const server = await start({ limits: { storeTimeoutMs: 30 } });
    for (const failure of [
      () => Promise.reject(new StoreUnavailableError("down")),
      () => new Promise<never>(() => undefined),
    ]) {
      server.inbox.failWith = failure;
      const refused = await post(server, anEvent());
      expect(refused).toMatchObject({
        status: 503,
        answer: { error: { code: "STORE_UNAVAILABLE" } },
      });
      expect(refused.headers.get("retry-after")).toBe("5");
    }
  });
});

describe("who may send JSON events", () => {
  test("any of the signing secrets and any of the webhook secrets will do", async () => {
    const server = await startWith({
      webhookSecrets: [SECRET, SECOND_SECRET],
      signingSecrets: [SIGNING_SECRET, OTHER_SIGNING_SECRET],
    });
    expect((await postSigned(server, anEvent())).status).toBe(202);
    expect((await postSigned(server, anEvent(), OTHER_SIGNING_SECRET)).status).toBe(202);
    expect((await post(server, anEvent())).status).toBe(202);
    const headers = { authorization: `bearer ${SECOND_SECRET}` };
    expect((await post(server, anEvent(), { headers })).status).toBe(202);
  });

  test("one right signature among several is enough; other versions do not count", async () => {
    const server = await start();
    const body = JSON.stringify(anEvent());
    const headers = signedHeaders(SIGNING_SECRET, body);
    const right = headers["webhook-signature"];
    const sign = (signature: string) =>
      post(server, body, { headers: { ...headers, "webhook-signature": signature } });
    expect((await sign(`v1,AAAA v1a,x ${right}`)).status).toBe(202);
    expect((await sign(right.replace("v1,", "v2,"))).status).toBe(401);
    expect((await sign("v1,")).status).toBe(401);
    expect((await sign(`${right}A`)).status).toBe(401);
  });

  test("a signature covers id, time and every byte", async () => {
    const server = await start();
    const body = JSON.stringify(anEvent());
    const headers = { ...signedHeaders(SIGNING_SECRET, body) };
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    expect((await post(server, `${body} `, { headers })).status).toBe(401);
    expect((await post(server, body, { headers: { ...headers, "webhook-id": "x" } })).status).toBe(
      401,
    );
    expect(
      (await post(server, body, { headers: { ...headers, "webhook-timestamp": later } })).status,
    ).toBe(401);
    expect((await post(server, body, { headers })).status).toBe(202);
    // Both decode to the same replacement character: only the bytes tell them apart.
    const [one, other] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])];
    const signed = { ...signedHeaders(SIGNING_SECRET, one.toString()) };
    expect((await post(server, other, { headers: signed })).status).toBe(401);
  });

  test("a null field counts as absent: that is how Apex writes what is not set", async () => {
    const server = await start();
    const event = anEvent();
    const body = JSON.stringify({
      ...event,
      appointment: {
        status: "scheduled",
        startAt: "2026-11-23T09:00:00Z",
        endAt: null,
        title: null,
        reps: [{ userId: "0055f0000000001", email: "", name: null }],
      },
    });
    const headers = signedHeaders(SIGNING_SECRET, body);
    expect((await post(server, body, { headers: { ...headers } })).status).toBe(202);
  });

  test("a time more than five minutes off is 401, before the body", async () => {
    const nowMs = Date.parse("2026-11-23T10:00:00Z");
    const server = await start({ nowMs: () => nowMs });
    const body = JSON.stringify(anEvent());
    const at = (offsetSeconds: number) =>
      post(server, body, {
        headers: { ...signedHeaders(SIGNING_SECRET, body, nowMs + offsetSeconds * 1000) },
      });
    expect((await at(-300)).status).toBe(202);
    expect((await at(300)).status).toBe(202);
    expect((await at(-301)).status).toBe(401);
    expect((await at(301)).status).toBe(401);
    const caller = await connectRaw(server.port);
    const old = { ...signedHeaders(SIGNING_SECRET, body, nowMs - 301_000), "content-length": 1000 };
    caller.socket.write(postHead(PATH, old));
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 401 /);
    caller.socket.destroy();
  });

  test("27. no, wrong or foreign proof and an unknown connection are 401 alike, before the body", async () => {
    const server = await start();
    const replies: string[] = [];
    const proofs: [string, Record<string, string>][] = [
      [PATH, {}],
      [PATH, { authorization: "Bearer wrong" }],
      [PATH, { authorization: `Basic ${SECRET}` }],
      [PATH, { authorization: `Bearer ${SIGNING_SECRET}` }],
      [PATH, { "webhook-id": "a", "webhook-signature": "v1,x" }],
      [PATH, { "webhook-id": "a", "webhook-signature": "v1,x", "webhook-timestamp": "soon" }],
      ["/webhooks/events/nobody", BEARER],
      ["/webhooks/events/", BEARER],
      [`${PATH}/more`, BEARER],
    ];
    for (const [path, headers] of proofs) {
      const caller = await connectRaw(server.port);
      caller.socket.write(postHead(path, { ...headers, "content-length": 1000 }));
      replies.push((await caller.reply()).replace(/^Date: .*$/im, ""));
      caller.socket.destroy();
    }
    expect(replies[0]).toMatch(/^HTTP\/1\.1 401 /);
    expect(new Set(replies).size).toBe(1);
  });

  test("27. a wrong signature costs two digests of the body, whoever is meant and whatever is configured", () => {
    const rotating = { signingSecrets: [SIGNING_SECRET, OTHER_SIGNING_SECRET] };
    const doors = createDoors(
      new Map([
        ["bearer", aConnection({ signingSecrets: [] })],
        ["acme", aConnection()],
        ["rotating", aConnection(rotating)],
      ]),
    );
    const names = ["bearer", "acme", "rotating", "nobody"];
    expect(names.map((name) => doors(name).signingKeys.length)).toEqual([2, 2, 2, 2]);
  });

  test("27. a signature for an unknown connection is answered like a wrong one: after the body", async () => {
    const server = await start();
    const body = JSON.stringify(anEvent());
    const headers = { ...signedHeaders(OTHER_SIGNING_SECRET, body) };
    const wrong = await post(server, body, { headers });
    const unknown = await post(server, body, { headers, path: "/webhooks/events/nobody" });
    expect(wrong).toMatchObject({ status: 401, answer: { error: { code: "SENDER_NOT_TRUSTED" } } });
    expect(unknown).toMatchObject({ status: 401, answer: wrong.answer });
  });

  test("27. a connection takes no proof of a kind it has no secret for, nor of another connection", async () => {
    const connections = new Map([
      ["acme", aConnection({ webhookSecrets: [] })],
      [
        "other",
        aConnection({ name: "other", signingSecrets: [], webhookSecrets: [SECOND_SECRET] }),
      ],
    ]);
    const server = await start({ connections });
    const body = JSON.stringify(anEvent());
    const signed = { headers: { ...signedHeaders(SIGNING_SECRET, body) } };
    const other = "/webhooks/events/other";
    expect((await post(server, body, signed)).status).toBe(202);
    expect((await post(server, body, { ...signed, path: other })).status).toBe(401);
    const bearer = { headers: { authorization: `Bearer ${SECOND_SECRET}` } };
    expect((await post(server, body, bearer)).status).toBe(401);
    expect((await post(server, body, { ...bearer, path: other })).status).toBe(202);
  });

  test("33. no log line or metric holds a body, secret, signature or personal field", async () => {
    const server = await start();
    const marked = anEvent({
      eventId: "marker-event",
      appointment: { ...appointment, title: "marker" },
    });
    await postSigned(server, marked);
    await post(server, { ...marked, recordType: "marker" });
    await post(server, "{marker");
    await post(server, marked, { headers: { authorization: "Bearer marker" } });
    await post(server, marked, { path: "/webhooks/events/marker" });
    const told = server.logLines.join("") + (await server.metrics());
    expect(server.logLines).toHaveLength(5);
    expect(told).not.toMatch(/marker|rep@example|v1,|whsec_/);
    expect(told).not.toContain(SECRET);
  });

  test("39. refusals of a known connection name it", async () => {
    const server = await start();
    await post(server, "{");
    await until(() => server.logLines.length > 0, { timeoutMs: 1000, what: "the log line" });
    expect(JSON.parse(server.logLines[0] ?? "")).toMatchObject({
      event: "notification.refused",
      source: "json",
      connection: "acme",
      reason: "EVENTS_INVALID",
      status: 400,
    });
  });
});
