import { describe, expect, test } from "@jest/globals";
import { SaxesParser } from "saxes";
import { intakeServers, soapPath } from "../support/intake-server.ts";
import { anOutboundMessage, someNotifications } from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { ACK, expectFault, post } from "../support/soap-client.ts";

const { start } = intakeServers();

describe("ack and HTTP", () => {
  test("1. a valid message is answered 200 with exactly one Ack of true in the outbound namespace", async () => {
    const { status, text, contentType } = await post(await start());
    expect(status).toBe(200);
    expect(contentType).toBe("text/xml; charset=utf-8");
    expect(text).toBe(ACK);
    const elements: string[] = [];
    const parser = new SaxesParser({ xmlns: true });
    parser.on("opentag", ({ uri, local }) => elements.push(`{${uri}}${local}`));
    parser.write(text).close();
    expect(elements).toEqual([
      "{http://schemas.xmlsoap.org/soap/envelope/}Envelope",
      "{http://schemas.xmlsoap.org/soap/envelope/}Body",
      "{http://soap.sforce.com/2005/09/outbound}notificationsResponse",
      "{http://soap.sforce.com/2005/09/outbound}Ack",
    ]);
  });

  test("2. every refusal is a SOAP fault of constant text without an Ack", async () => {
    const server = await start({ bodyLimitBytes: 10_000 });
    const answers = [
      await post(server, "x", { path: "/webhooks/salesforce/" }),
      await post(server, "x", { path: "/webhooks/salesforce/acme" }),
      await post(server, "x", { path: `${soapPath()}/more` }),
      await post(server, "x".repeat(10_001)),
      await post(server, "x", { headers: { "content-encoding": "gzip" } }),
      await post(server, "x"),
      await post(server, anOutboundMessage({ organizationId: "00D000000000001AAA" })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 413, 415, 400, 403]);
    for (const answer of answers) {
      expectFault(answer, answer.status);
    }
    expect(server.inbox.events).toEqual([]);
  });

  test("3. nothing on the route redirects; a trailing slash and a query change nothing", async () => {
    const server = await start();
    for (const path of [`${soapPath()}/`, `${soapPath()}?a=b/c`, `${soapPath()}/?x`]) {
      expect((await post(server, anOutboundMessage(), { path })).text).toBe(ACK);
    }
    const forwarded = { "x-forwarded-proto": "http", host: "other.example.com" };
    expect((await post(server, anOutboundMessage(), { headers: forwarded })).status).toBe(200);
  });

  test.each([
    "text/xml",
    "text/xml; charset=utf-8",
    'text/xml; charset="UTF-8"',
    "application/xml",
    "application/soap+xml",
    "application/x-unknown",
    "text/xml; charset=us-ascii",
  ])("4. content type %s reaches the parser", async (contentType) => {
    const server = await start();
    const headers = { "content-type": contentType };
    expect((await post(server, anOutboundMessage(), { headers })).text).toBe(ACK);
  });

  test("4. a missing content type reaches the parser; SOAPAction is ignored", async () => {
    const server = await start();
    const body = anOutboundMessage();
    const caller = await connectRaw(server.port);
    const headers = { "content-length": Buffer.byteLength(body), SOAPAction: '"urn:other"' };
    caller.socket.write(postHead(soapPath(), headers) + body);
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 200 /);
    caller.socket.destroy();
  });

  test("5. 100 notifications of 200 fields are accepted with default settings", async () => {
    const server = await start();
    const body = anOutboundMessage({ notifications: someNotifications(100, 200) });
    expect(body.length).toBeGreaterThan(900_000);
    expect((await post(server, body)).text).toBe(ACK);
    expect(server.inbox.events).toHaveLength(100);
    expect(Object.keys(server.inbox.events[99]?.fields ?? {})).toHaveLength(201);
  });

  test("5. a body of exactly the limit is accepted, one byte more is 413 and stores nothing", async () => {
    const body = anOutboundMessage();
    const server = await start({ bodyLimitBytes: Buffer.byteLength(body) });
    expect((await post(server, body)).status).toBe(200);
    expectFault(await post(server, `${body} `), 413);
    expect(server.inbox.puts).toBe(1);
  });

  test("6. a message of 100 notifications is answered in under 1 s at p99", async () => {
    const server = await start();
    const body = anOutboundMessage({ notifications: someNotifications(100, 10) });
    const tookMs: number[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      const startedMs = performance.now();
      expect((await post(server, body)).status).toBe(200);
      tookMs.push(performance.now() - startedMs);
    }
    expect(tookMs.toSorted((a, b) => a - b)[98]).toBeLessThan(1000);
  });

  test.each(["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])("7. %s is 405", async (method) => {
    const server = await start();
    expectFault(await post(server, "", { method }), 405);
    expectFault(await post(server, "", { method, path: soapPath("wrong") }), 405);
  });

  test("other paths are not taken", async () => {
    const server = await start();
    for (const path of [
      "/",
      "/webhooks",
      "/webhooks/salesforce",
      "/webhooks/siro",
      "//webhooks/salesforce/acme/x",
    ]) {
      expect((await post(server, "", { path })).status).toBe(418);
    }
    expect(await server.count("received")).toBe(0);
  });
});
