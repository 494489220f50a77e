import { describe, expect, test } from "@jest/globals";
import { intakeServers, SECOND_SECRET, SECRET, soapPath } from "../support/intake-server.ts";
import { anOutboundMessage } from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { ACK, expectFault, post } from "../support/soap-client.ts";

const { start, startWith } = intakeServers();

describe("identity", () => {
  test("27. a wrong or missing secret and an unknown connection answer alike, before the body", async () => {
    const server = await start();
    const replies: string[] = [];
    for (const path of [
      soapPath("wrong"),
      soapPath(""),
      soapPath(SECRET, "nobody"),
      soapPath(`${SECRET}x`),
    ]) {
      const caller = await connectRaw(server.port);
      caller.socket.write(postHead(path, { "content-length": 1000 }));
      replies.push((await caller.reply()).replace(/^Date: .*$/im, ""));
      caller.socket.destroy();
    }
    expect(replies[0]).toMatch(/^HTTP\/1\.1 404 /);
    expect(new Set(replies).size).toBe(1);
    expect(server.inbox.puts).toBe(0);
  });

  test("27. a stranger who goes on guessing is told to wait; who is right comes in from the same address", async () => {
    const server = await start();
    const guesses = Array.from({ length: 1_000 }, () =>
      post(server, "", { path: soapPath("wrong") }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([404]));
    expectFault(await post(server, "", { path: soapPath("wrong") }), 429);
    expectFault(await post(server, "", { path: soapPath(SECRET, "nobody") }), 429);
    const events = await fetch(`${server.url}/webhooks/events/acme`, {
      method: "POST",
      body: "{}",
    });
    expect(events.status).toBe(429);
    expect(Number(events.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await post(server)).status).toBe(200);
    expect(server.inbox.events).toHaveLength(1);
  });

  test("27. two secrets are valid during rotation; a connection without any cannot be entered", async () => {
    const server = await startWith({ webhookSecrets: [SECRET, SECOND_SECRET] });
    expect((await post(server)).status).toBe(200);
    const second = { path: soapPath(SECOND_SECRET) };
    expect((await post(server, anOutboundMessage(), second)).status).toBe(200);
    const signedOnly = await startWith({ webhookSecrets: [] });
    expectFault(await post(signedOnly), 404);
    expectFault(await post(signedOnly, "", { path: soapPath("undefined") }), 404);
  });

  test("27. a secret with reserved characters works percent-encoded", async () => {
    const secret = "0123456789abcdef/0123456789?abcdef%zz";
    const server = await startWith({ webhookSecrets: [secret] });
    const path = soapPath(encodeURIComponent(secret));
    expect((await post(server, anOutboundMessage(), { path })).status).toBe(200);
    expectFault(await post(server, "", { path: soapPath("%zz") }), 404);
  });

  test("28. the organization must match: 15 and 18 characters do, another is 403, a missing one 400", async () => {
    const server = await startWith({ organizationId: "00D5f000004XyZa" });
    const postFrom = (organizationId: string | null) =>
      post(server, anOutboundMessage({ organizationId, notifications: [{ id: "04l1" }] }));
    expect((await postFrom("00D5f000004XyZa")).status).toBe(200);
    expect((await postFrom("00D5f000004XyZaEAK")).status).toBe(200);
    expectFault(await postFrom("00D5f000004XyzaEAK"), 403);
    expectFault(await postFrom("00D"), 403);
    expectFault(await postFrom(null), 400);
    expect(server.inbox.events).toHaveLength(1);
    expect(await server.count("unknown_organization", { connection: "acme" })).toBe(2);
  });

  test("28. a listed organization, as of a refreshed sandbox, is acked and dropped", async () => {
    const server = await startWith({ ignoreOrganizationIds: ["00D000000000001AAA"] });
    const body = anOutboundMessage({ organizationId: "00D000000000001" });
    expect((await post(server, body)).text).toBe(ACK);
    expect(server.inbox.puts).toBe(0);
    expect(await server.count("acked", { outcome: "dropped" })).toBe(1);
  });

  test.each([
    ["the right one", "SUCCESS", "CN=proxy.salesforce.com,O=Salesforce\\, Inc.,C=US", 200],
    ["the bare name", "SUCCESS", "proxy.salesforce.com", 200],
    ["none", "NONE", "", 401],
    ["a wrong authority", "FAILED:unable to verify", "CN=proxy.salesforce.com", 401],
    ["an expired one", "FAILED:certificate has expired", "CN=proxy.salesforce.com", 401],
    ["another name", "SUCCESS", "CN=proxy.example.com", 401],
    ["a longer name", "SUCCESS", "CN=proxy.salesforce.com.example.com", 401],
    [
      "the name inside an organization",
      "SUCCESS",
      'CN=evil.example.com,O="a,CN=proxy.salesforce.com"',
      401,
    ],
    ["two names", "SUCCESS", "CN=evil.example.com,CN=proxy.salesforce.com", 401],
  ])("29. client certificate mode: %s", async (...[, verified, subject, status]) => {
    const server = await startWith({ clientCertificate: {} }, ["127.0.0.1"]);
    const headers = { "x-client-cert-verified": verified, "x-client-cert-subject": subject };
    expect((await post(server, anOutboundMessage(), { headers })).status).toBe(status);
  });

  test("29. certificate headers from anybody but a trusted proxy are ignored, before the body is read", async () => {
    const server = await startWith({ clientCertificate: {} }, ["10.0.0.1"]);
    const caller = await connectRaw(server.port);
    caller.socket.write(
      postHead(soapPath(), {
        "content-length": 1000,
        "x-forwarded-for": "10.0.0.1",
        "x-client-cert-verified": "SUCCESS",
        "x-client-cert-subject": "CN=proxy.salesforce.com",
      }),
    );
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 401 /);
    caller.socket.destroy();
  });

  test("29. own header names and an own certificate name count", async () => {
    const certificate = {
      header: "X-SSL-DN",
      verifiedHeader: "X-SSL-OK",
      commonName: "acme.example.com",
    };
    const server = await startWith({ clientCertificate: certificate }, ["127.0.0.1"]);
    const headers = { "x-ssl-dn": "C=US,CN=ACME.example.com", "x-ssl-ok": "SUCCESS" };
    expect((await post(server, anOutboundMessage(), { headers })).status).toBe(200);
    expectFault(await post(server), 401);
  });

  test("30. a source address that is not listed is refused; the proxy's word counts only when trusted", async () => {
    const allowSourceIps = ["203.0.113.0/24", "2001:db8::/32"];
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const behindProxy = await startWith({ allowSourceIps }, ["127.0.0.1"]);
    expect((await post(behindProxy, anOutboundMessage(), from("203.0.113.9"))).status).toBe(200);
    expect((await post(behindProxy, anOutboundMessage(), from("2001:db8::9"))).status).toBe(200);
    expectFault(
      await post(behindProxy, anOutboundMessage(), from("203.0.113.9, 198.51.100.1")),
      401,
    );
    expectFault(await post(behindProxy, anOutboundMessage(), from("nonsense")), 401);
    const direct = await startWith({ allowSourceIps });
    expectFault(await post(direct, anOutboundMessage(), from("203.0.113.9")), 401);
    const local = await startWith({ allowSourceIps: ["127.0.0.0/8"] });
    expect((await post(local)).status).toBe(200);
  });

  test("30. an unreadable range stops the start", async () => {
    const unreadable = async () => startWith({ allowSourceIps: ["10.0.0.0/99"] });
    await expect(unreadable).rejects.toThrow("CIDR range");
    await expect(startWith({}, ["proxy"])).rejects.toThrow("proxy");
  });

  test("31. a session id changes nothing and is stored nowhere", async () => {
    const server = await start();
    const sessionId = "<SessionId>00D5f000004XyZa!AQ0AQ.session</SessionId>";
    expect((await post(server, anOutboundMessage({ sessionId }))).text).toBe(ACK);
    expect(JSON.stringify(server.inbox.events)).not.toContain("AQ0AQ");
  });

  test("32. the callback addresses of a message are never called and stored nowhere", async () => {
    const called: string[] = [];
    const foreign = await start();
    foreign.server.prependListener("request", ({ url }) => called.push(url ?? ""));
    const server = await start();
    const body = anOutboundMessage().replaceAll("https://acme.my.salesforce.com", foreign.url);
    expect((await post(server, body)).text).toBe(ACK);
    expect(called).toEqual([]);
    expect(JSON.stringify(server.inbox.events)).not.toContain(foreign.url);
  });

  test("33. no log line or metric holds a body, secret, session id or personal field", async () => {
    const server = await start({ bodyLimitBytes: 20_000 });
    const sessionId = "<SessionId>00D!session-marker</SessionId>";
    const fields = { Id: "bad-id-marker", Email: "person-marker@example.com" };
    const message = {
      actionId: "action-marker",
      sessionId,
      notifications: [{ objectType: "Type-marker", fields }],
    };
    await post(server, anOutboundMessage(message));
    await post(server, anOutboundMessage({ ...message, organizationId: "00Dmarker" }));
    await post(server, `${anOutboundMessage(message)}<broken-marker`);
    await post(server, "marker".repeat(4000));
    await post(server, "", { path: soapPath("marker-secret") });
    await post(server, "", { path: soapPath(SECRET, "marker-connection") });
    server.inbox.failWith = () => Promise.reject(new TypeError("marker"));
    await post(server, anOutboundMessage(message));
    const told = server.logLines.join("") + (await server.metrics());
    expect(server.logLines).toHaveLength(7);
    expect(told).not.toContain("marker");
    expect(told).not.toContain(SECRET);
  });
});
