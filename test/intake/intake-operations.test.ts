import { describe, expect, test } from "@jest/globals";
import { createAdmission } from "../../src/intake/admission.ts";
import { IntakeBusyError } from "../../src/intake/intake-errors.ts";
import { aGate, intakeServers, soapPath } from "../support/intake-server.ts";
import { anOutboundMessage } from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { ACK, expectFault, post } from "../support/soap-client.ts";
import { until } from "../support/until.ts";

const { start } = intakeServers();

describe("operations", () => {
  test("39. one log line per message tells connection, action, counts and time", async () => {
    const server = await start();
    const body = anOutboundMessage({
      notifications: [{ id: "04l1" }, { id: "04l1" }, { id: "04l2" }],
    });
    await post(server, body);
    expect(server.logLines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        event: "notification.acked",
        source: "outbound-message",
        connection: "acme",
        actionId: "04k5f000000CafeAAA",
        notifications: 3,
        ids: 2,
        accepted: 2,
        duplicates: 1,
        tookMs: expect.any(Number),
      }),
    ]);
    await post(server, "x");
    expect(JSON.parse(server.logLines[1] ?? "")).toMatchObject({
      event: "notification.refused",
      connection: "acme",
      reason: "NOTIFICATION_UNREADABLE",
      detail: "NOT_WELL_FORMED",
      status: 400,
    });
  });

  test("39. counters tell received, acked, refused by reason, parse failures and unknown organizations", async () => {
    const server = await start();
    await post(server);
    await post(server, "x");
    await post(server, anOutboundMessage({ organizationId: "00D000000000001" }));
    await post(server, "", { path: soapPath("wrong") });
    expect(await server.count("received")).toBe(4);
    expect(await server.count("acked")).toBe(1);
    expect(await server.count("refused", { reason: "NOTIFICATION_UNREADABLE" })).toBe(1);
    expect(await server.count("refused", { reason: "ORGANIZATION_UNKNOWN" })).toBe(1);
    expect(await server.count("refused", { reason: "SENDER_NOT_TRUSTED" })).toBe(1);
    expect(await server.count("parse_failures")).toBe(1);
    expect(await server.count("unknown_organization")).toBe(1);
  });

  test("40. a server that stops finishes what it has in hand and acks only what is stored", async () => {
    const gate = aGate();
    const stored: string[] = [];
    const inbox = {
      put: async () => {
        await gate.opened;
        stored.push("it");
        return ["accepted" as const];
      },
    };
    const server = await start({ inbox });
    const body = anOutboundMessage();
    const caller = await connectRaw(server.port);
    caller.socket.write(
      postHead(soapPath(), { "content-length": Buffer.byteLength(body), connection: "close" }) +
        body,
    );
    await until(async () => (await server.count("received")) === 1, {
      timeoutMs: 2000,
      what: "it",
    });
    const closed = new Promise((resolve) => {
      server.server.close(resolve);
    });
    gate.open();
    expect(await caller.closed()).toContain(ACK);
    await closed;
    expect(stored).toEqual(["it"]);
  });

  test("one connection gets three quarters of the places, and others the rest", () => {
    const admission = createAdmission({ maxRequests: 4, maxBytes: 400 });
    const leave = admission.enter("acme", 100);
    admission.enter("acme", 100);
    admission.enter("acme", 100);
    expect(() => admission.enter("acme", 0)).toThrow(IntakeBusyError);
    admission.enter("beta", 100);
    leave();
    expect(() => admission.enter("acme", 101)).toThrow(IntakeBusyError);
    admission.enter("acme", 100);
  });

  test("41. more requests in hand than allowed are 503 at once; then they are taken again", async () => {
    const gate = aGate();
    const inbox = {
      put: async () => {
        await gate.opened;
        return ["accepted" as const];
      },
    };
    const server = await start({ inbox, limits: { maxInFlight: 2 } });
    const first = [post(server), post(server)];
    await until(async () => (await server.count("received")) === 2, {
      timeoutMs: 2000,
      what: "two",
    });
    expectFault(await post(server), 503);
    expect(await server.count("refused", { reason: "INTAKE_BUSY" })).toBe(1);
    gate.open();
    expect((await Promise.all(first)).map(({ text }) => text)).toEqual([ACK, ACK]);
    expect((await post(server)).text).toBe(ACK);
  });

  test("41. more bytes in hand than allowed are 503; strangers take no place of known senders", async () => {
    const server = await start({ limits: { maxInFlight: 1, maxBytesInFlight: 5000 } });
    expectFault(await post(server, "x".repeat(5001)), 503);
    const stranger = await connectRaw(server.port);
    const claim = {
      "webhook-id": "a",
      "webhook-timestamp": Math.floor(Date.now() / 1000),
      "webhook-signature": "v1,x",
    };
    stranger.socket.write(postHead("/webhooks/events/acme", { ...claim, "content-length": 100 }));
    await until(async () => (await server.count("received")) === 2, {
      timeoutMs: 2000,
      what: "it",
    });
    expect((await post(server)).text).toBe(ACK);
    stranger.socket.destroy();
  });

  test("a stranger who fills a share learns nothing of which names there are", async () => {
    const server = await start({ limits: { maxInFlight: 4 } });
    const claim = {
      "webhook-id": "a",
      "webhook-timestamp": Math.floor(Date.now() / 1000),
      "webhook-signature": "v1,x",
    };
    const ask = async (name: string, isWhole = true) => {
      const caller = await connectRaw(server.port);
      const head = { ...claim, "content-length": 2, connection: "close" };
      caller.socket.write(postHead(`/webhooks/events/${name}`, head) + (isWhole ? "{}" : ""));
      return caller;
    };
    const statusOf = async (name: string) =>
      (await (await ask(name)).closed()).slice("HTTP/1.1 ".length).split(" ", 1)[0];
    const slow = await Promise.all([1, 2, 3].map(() => ask("nobody", false)));
    await until(async () => (await server.count("received")) === 3, {
      timeoutMs: 2000,
      what: "three",
    });
    expect([await statusOf("nobody"), await statusOf("nothing"), await statusOf("acme")]).toEqual([
      "503",
      "401",
      "401",
    ]);
    // A name that nobody has any more in hand is forgotten with its share.
    for (const caller of slow) {
      caller.socket.write("{}");
      expect(await caller.closed()).toContain("HTTP/1.1 401");
    }
    expect(await statusOf("nobody")).toBe("401");
  });
});
